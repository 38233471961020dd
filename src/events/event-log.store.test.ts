import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { type StoreApi, storeApi } from '../api/testdata/store-api.ts';
import { openDatabase } from '../store/database.ts';
import { Problem } from '../problems/problem.ts';
import { createEventLog } from './create-event-log.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { fakeDelivery, triggered } from './testdata/fake-delivery.ts';

const CLOUD = { 'content-type': 'application/cloudevents+json' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const away = () => new Problem('temporal_unavailable', 'away');

let api: StoreApi;
let dispatcher: Dispatcher;
let delivery: ReturnType<typeof fakeDelivery>;
let errors: unknown[];
beforeEach(async () => {
  delivery = fakeDelivery([
    triggered('orders', '{ event: order.placed, match: { kind: [a, b] }, input: { n: $trigger.data.n } }'),
  ]);
  errors = [];
  let log: ReturnType<typeof createEventLog> | undefined;
  api = await storeApi({
    maintenanceUrl: inject('databaseUrl'),
    control(context, database) {
      dispatcher ??= createDispatcher({
        database,
        deliver: delivery.deliver,
        random: () => 0,
        onError: (_, error) => errors.push(error),
      });
      log ??= createEventLog({ database, dispatcher, waitMs: 300 });
      return { events: log(context) };
    },
  });
  await api.call('GET', '/events'); // makes the parts
});
afterEach(async () => {
  await dispatcher.close();
  dispatcher = undefined as unknown as Dispatcher; // made anew by the next test
  await api.close();
});

const event = (more: object = {}) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: '/shop',
  type: 'order.placed',
  data: { kind: 'a', n: 1 },
  ...more,
});
const send = (body: unknown, headers: Record<string, string> = CLOUD) => api.call('POST', '/events', body, headers);
const due = () => api.database.sql`update events set next_attempt_at = now() where processed_at is null`;

describe('an event', () => {
  test('is stored, starts what it triggers, and is listed', async () => {
    const one = { ...event({ traceparent: '00-a' }), time: '2026-03-01T10:00:00.123456+01:00' };
    const sent = await send(one);
    expect(sent.status).toBe(202);
    expect(sent.body.items).toEqual([
      { id: one.id, entry: expect.any(String), delivered: [], started: [expect.any(String)], rejected: [] },
    ]);
    expect(delivery.starts).toMatchObject([
      { flow: 'orders', environment: 'prod', version: '1.0.0', input: { n: 1 }, trigger: { time: one.time } },
    ]);
    const [item] = sent.body.items;
    const entry = await api.call('GET', `/events/${item.entry}`);
    expect(entry.body).toMatchObject({
      entry: item.entry,
      kind: 'event',
      id: one.id,
      time: one.time,
      headers: { traceparent: '00-a' },
      started: item.started,
      processed_at: expect.any(String),
      attempts: 1,
    });
    expect((await api.call('GET', '/events?type=order.placed')).body.items).toEqual([entry.body]);
    expect((await api.call('GET', '/events?type=order.place')).body.items).toEqual([]);
    expect(await api.database.sql`select action, subject, body::json->'details' as details from audit_records`).toEqual(
      [{ action: 'event.accept', subject: item.entry, details: { source: '/shop', type: 'order.placed' } }],
    );
  });

  test('counts once by source and id, and answers what became of it the first time', async () => {
    const one = event();
    const first = (await send(one)).body.items[0];
    const again = (await send({ ...one, data: { kind: 'b', n: 9 } })).body.items[0];
    expect(again).toEqual({ ...first, duplicate: true });
    const elsewhere = (await send({ ...one, source: '/other' })).body.items[0];
    expect(elsewhere.duplicate).toBeUndefined();
    expect(delivery.starts).toHaveLength(2);
  });

  test('sent twenty times at once counts once', async () => {
    const one = event();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send([one, event({ id: 'x' })], BATCH)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
    expect(answers.filter(({ body }) => body.items[0].duplicate === undefined)).toHaveLength(1);
    expect(delivery.starts).toHaveLength(2);
  });

  test('of another organisation is not there, and does not count', async () => {
    const one = event();
    const { entry } = (await send(one)).body.items[0];
    await api.database.sql`insert into organisations (id, title) values ('other', 'Other')`;
    api.principal = { ...api.principal, organisation: 'other' };
    expect((await api.call('GET', `/events/${entry}`)).status).toBe(404);
    expect((await api.call('POST', `/events/${entry}/redeliver`)).status).toBe(404);
    expect((await api.call('GET', '/events')).body.items).toEqual([]);
    expect((await send(one)).body.items[0].duplicate).toBeUndefined();
  });

  test.each([
    [{ nul: 'a\u0000b', half: '\ud800', big: 1e300, deep: [[[{}]]], ['__proto__x']: [null, true] }],
    [null],
    ['123'],
    ['{"a":1}'],
    ['hellö'],
    [false],
    [[]],
  ])('with the data %j is kept and started with as it is', async (data) => {
    delivery.state.flows = [triggered('takes', 'other')];
    const { entry } = (await send(JSON.stringify(event({ type: 'other', data })))).body.items[0];
    expect((await api.call('GET', `/events/${entry}`)).body.data).toEqual(data);
    expect(delivery.starts.map(({ input }) => input)).toEqual([data]);
  });
});

describe('a batch', () => {
  test('is answered in its order; the same event in it twice counts once', async () => {
    const [a, b] = [event(), event({ data: { kind: 'c' } })];
    const { items } = (await send([a, b, a], BATCH)).body;
    expect(items.map(({ id }: { id: string }) => id)).toEqual([a.id, b.id, a.id]);
    expect(items.map(({ started }: { started: string[] }) => started.length)).toEqual([1, 0, 1]);
    expect(items[2]).toMatchObject({ duplicate: true });
    expect(delivery.starts).toHaveLength(1);
  });

  test('with one that is no event is refused as a whole', async () => {
    for (const bad of [
      { ...event(), id: '' },
      { ...event(), source: 'a\u0000' },
      { ...event(), time: 'yesterday' },
    ]) {
      const answer = await send([event(), bad], BATCH);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    }
    expect((await api.call('GET', '/events')).body.items).toEqual([]);
  });
});

describe('what is wrong', () => {
  test('with the flow or the event is listed as rejected, and can be delivered again when it was put right', async () => {
    delivery.state.fail = new Problem('invalid_input', 'n must be a number');
    const sent = (await send(event())).body.items[0];
    expect(sent).toMatchObject({ started: [], rejected: [{ flow: 'orders', code: 'invalid_input' }] });
    await send(event({ type: 'nobody' }));
    const listed = (await api.call('GET', '/events?rejected=true')).body.items;
    expect(listed).toMatchObject([{ entry: sent.entry, rejected: [{ detail: 'n must be a number' }] }]);
    delivery.state.fail = null;
    const again = await api.call('POST', `/events/${sent.entry}/redeliver`);
    expect([again.status, again.body.started.length, again.body.rejected]).toEqual([200, 1, []]);
    expect((await api.call('GET', '/events?rejected=true')).body.items).toEqual([]);
    expect((await api.call('POST', `/events/${sent.entry}/redeliver`)).body.started).toEqual(again.body.started);
    expect(delivery.starts).toHaveLength(1);
  });

  test('with an expression of the trigger is listed as rejected', async () => {
    delivery.state.flows = [triggered('broken', '{ event: order.placed, input: { n: $trigger.data.no.such } }')];
    expect((await send(event())).body.items[0]).toMatchObject({
      rejected: [{ flow: 'broken', code: 'expression_failed' }],
    });
  });

  test('by a defect is tried again, and given up after twelve times', async () => {
    delivery.state.fail = new TypeError('a defect');
    const { entry, pending } = (await send(event())).body.items[0];
    expect(pending).toBe(true);
    for (let i = 0; i < 11; i++) {
      await due();
      expect(await dispatcher.tick()).toBe(1);
    }
    expect((await api.call('GET', `/events/${entry}`)).body).toMatchObject({
      attempts: 12,
      processed_at: expect.any(String),
      rejected: [{ code: 'internal_error' }],
    });
    await due();
    expect(await dispatcher.tick()).toBe(0);
    expect(errors.length).toBe(12);
  });
});

describe('what is away', () => {
  test('gets the event when it is back, however long that takes; pauses grow', async () => {
    delivery.state.fail = away();
    const { entry, pending, started } = (await send(event())).body.items[0];
    expect([pending, started]).toEqual([true, []]);
    const pauses: number[] = [];
    for (let i = 0; i < 20; i++) {
      const [row] = await api.database.sql<{ s: number }[]>`
        select extract(epoch from next_attempt_at - now())::float8 as s from events`;
      pauses.push(row?.s ?? 0);
      await due();
      await dispatcher.tick();
    }
    expect(pauses[0]).toBeLessThan(1);
    expect(pauses[4]).toBeGreaterThan(5);
    expect(pauses[19]).toBeGreaterThan(140);
    expect(pauses[19]).toBeLessThan(151);
    delivery.state.fail = null;
    await due();
    await dispatcher.tick();
    expect((await api.call('GET', `/events/${entry}`)).body).toMatchObject({
      started: [expect.any(String)],
      attempts: 22,
    });
  });

  test('is asked again by itself, without a tick from outside', async () => {
    delivery.state.fail = away();
    await send(event());
    delivery.state.fail = null;
    await vi.waitFor(() => expect(delivery.starts).toHaveLength(1), { timeout: 5_000 });
  });

  test('does not hold up the other flows', async () => {
    const two = fakeDelivery([triggered('one', 'order.placed'), triggered('two', 'order.placed')]);
    const { outcome, retry } = await two.deliver('default', {
      kind: 'event',
      event: { id: '1', source: 's', type: 'order.placed', time: '', data: {}, headers: {} },
      targets: null,
    });
    expect([outcome.started.length, retry]).toEqual([2, null]);
    let calls = 0;
    const half = fakeDelivery([triggered('one', 'order.placed'), triggered('two', 'order.placed')], {
      async start({ flow, version = '' }) {
        if (calls++ === 0) throw away();
        return { execution_id: flow, flow, version, status: 'running', links: {} };
      },
    });
    const result = await half.deliver('default', {
      kind: 'event',
      event: { id: '1', source: 's', type: 'order.placed', time: '', data: {}, headers: {} },
      targets: null,
    });
    expect(result).toMatchObject({
      outcome: { started: ['two'], rejected: [] },
      retry: { code: 'temporal_unavailable' },
    });
  });

  test('the process, killed between commit and delivery: another one delivers, once', async () => {
    // As `accept` leaves it when the process dies right after the commit.
    await send(event({ type: 'nobody' }));
    await api.database.sql`update events set type = 'order.placed', processed_at = null, outcome = null`;
    expect(await dispatcher.tick()).toBe(0); // still leased
    await due();
    const other = openDatabase({ url: urlOf(api), max: 2 });
    const second = createDispatcher({ database: other, deliver: delivery.deliver });
    const taken = await Promise.all([dispatcher.tick(), second.tick()]);
    expect(taken.toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(delivery.starts).toHaveLength(1);
    await second.close();
    await other.close();
  });
});

test('nothing is asked of the database while nothing is open', async () => {
  await send(event());
  await dispatcher.tick();
  const asked = [vi.spyOn(api.database.db, 'execute'), vi.spyOn(api.database.db, 'update')];
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(asked.flatMap(({ mock }) => mock.calls)).toEqual([]);
  delivery.state.fail = away();
  await send(event());
  await vi.waitFor(() => expect(asked.flatMap(({ mock }) => mock.calls).length).toBeGreaterThan(2), { timeout: 3_000 });
});

test('pages are newest first and complete', async () => {
  for (let i = 0; i < 7; i++) await send(event({ id: `e${i}`, type: 'paged' }));
  const ids: string[] = [];
  let cursor = '';
  do {
    const { body } = await api.call('GET', `/events?type=paged&limit=3${cursor}`);
    ids.push(...body.items.map((item: { id: string }) => item.id));
    cursor = body.next === null ? '' : `&cursor=${body.next}`;
  } while (cursor !== '');
  expect(ids.toSorted()).toEqual(['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6']);
  expect((await api.call('GET', "/events?cursor=' or 1=1")).body.code).toBe('invalid_request');
  expect((await api.call('GET', '/events?type=%00')).body.code).toBe('invalid_request');
});

/** Address of the test's database, for another process. */
function urlOf({ database }: StoreApi): string {
  const { host, port, user, pass, database: name } = database.sql.options;
  return `postgres://${user}:${pass ?? ''}@${host[0]}:${port[0]}/${name}`;
}
