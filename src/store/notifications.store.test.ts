import { setTimeout as sleep } from 'node:timers/promises';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts';
import { type Database, openDatabase } from './database.ts';
import { createNotifications, type Notifications } from './notifications.ts';

/** A machine that is busy with other tests takes its time. */
const LONG = { timeout: 10_000, interval: 5 };

let place: TestDatabase;
let database: Database;
let notifications: Notifications;
beforeEach(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  database = openDatabase({ url: place.url, max: 2, name: 'weir test' });
  owner = openDatabase({ url: place.url, max: 1, role: null });
  notifications = createNotifications(database);
});
afterEach(async () => {
  await notifications.close();
  await owner.close();
  await database.close();
  await place.drop();
});

const isSure = () => vi.waitFor(async () => expect(await notifications.sure()).toBe(true), LONG);
/** Of the role itself a session may not see what others run. */
let owner: Database;
const listenersThere = () =>
  owner.sql<{ pid: number; query_start: Date }[]>`
    select pid, query_start from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and (query ilike 'listen%' or query = 'select 1')`;

describe('notifications', () => {
  test('reach the listeners of their channel, and nobody else', async () => {
    const [a, b, other] = [vi.fn(), vi.fn(), vi.fn()];
    notifications.on('one', a);
    const off = notifications.on('one', b);
    notifications.on('two "quoted"', other);
    await isSure();
    await database.sql`select pg_notify('one', 'hello')`;
    await vi.waitFor(() => expect(a).toHaveBeenCalledWith('hello'), LONG);
    off();
    await database.sql`select pg_notify('one', 'again')`;
    await vi.waitFor(() => expect(a).toHaveBeenCalledWith('again'), LONG);
    expect(b.mock.calls).toEqual([['hello']]);
    expect(other).not.toHaveBeenCalled();
    await database.sql`select pg_notify('two "quoted"', 'x')`;
    await vi.waitFor(() => expect(other).toHaveBeenCalledWith('x'), LONG);
  });

  test('are nothing to be sure of before the channels are heard', async () => {
    expect(notifications.sure()).toBe(false);
    notifications.on('one', () => undefined);
    expect(notifications.sure()).toBe(false);
    await isSure();
    notifications.on('two', () => undefined);
    expect(notifications.sure()).toBe(false);
    await isSure();
  });

  test('of a killed connection: the loss is told at once, nothing is sure, and it is heard again', async () => {
    const [heard, lost] = [vi.fn(), vi.fn()];
    notifications.on('one', heard);
    notifications.onLost(lost);
    await isSure();
    lost.mockClear();
    const [backend, ...more] = await listenersThere();
    expect(more).toEqual([]);
    const sureWhenLost: unknown[] = [];
    notifications.onLost(() => sureWhenLost.push(notifications.sure()));
    await owner.sql`select pg_terminate_backend(${backend?.pid ?? 0})`;
    await vi.waitFor(() => expect(lost).toHaveBeenCalled(), LONG);
    expect(sureWhenLost[0]).toBe(false);
    await isSure();
    // Once more when it is back: what was read in between may be out of date.
    expect(lost).toHaveBeenCalledTimes(2);
    await owner.sql`select pg_notify('one', 'back')`;
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith('back'), LONG);
  });

  test('ask nothing while nobody asks them', async () => {
    notifications.on('one', () => undefined);
    await isSure();
    const before = await listenersThere();
    expect(before).toHaveLength(1);
    await sleep(300);
    expect(await listenersThere()).toEqual(before);
  });
});

test('of a server that is not there: nothing is sure, and nothing breaks', async () => {
  const nowhere = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', max: 1 });
  const deaf = createNotifications(nowhere);
  const lost = vi.fn();
  deaf.onLost(lost);
  deaf.on('one', () => undefined);
  // It tries again, with longer and longer pauses.
  await vi.waitFor(() => expect(lost.mock.calls.length).toBeGreaterThan(2), LONG);
  expect(deaf.sure()).toBe(false);
  await deaf.close();
  await nowhere.close();
});

test('a connection that has gone silent is not believed for longer than 5 s', async () => {
  const proxy = await silentProxy(new URL(place.url));
  const through = openDatabase({ url: proxy.url(place.url), max: 1 });
  let ahead = 0;
  const deaf = createNotifications(through, { now: () => performance.now() + ahead });
  deaf.on('one', () => undefined);
  await vi.waitFor(async () => expect(await deaf.sure()).toBe(true), LONG);
  proxy.silence();
  ahead = 6_000;
  expect(await deaf.sure()).toBe(false);
  ahead = 0;
  expect(deaf.sure()).toBe(false);
  await deaf.close();
  await through.close();
  await proxy.close();
});

/** Passes bytes on until it is told to keep them, without closing anything: a network that swallows packets. */
async function silentProxy(target: URL) {
  let silent = false;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((near) => {
    const far = net.connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => (silent ? undefined : to.write(chunk)));
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo; // it listens on TCP
  return {
    url(of: string) {
      const url = new URL(of);
      url.hostname = '127.0.0.1';
      url.port = String(port);
      return url.href;
    },
    silence: () => void (silent = true),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
