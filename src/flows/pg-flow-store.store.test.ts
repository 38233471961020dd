import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { createTestDatabase } from '../../postgres/test-database.ts';
import type { AuditContext } from '../audit/entry.ts';
import { systemPrincipal } from '../auth/principal.ts';
import { type Database, openDatabase } from '../store/database.ts';
import type { FlowSummary } from './flow-store.ts';
import { flowText, partsOf } from './testdata/flow-api.ts';

const ALL = { all: true, flows: new Set<string>(), categories: new Set<string>() };
const yaml = (source: string) => ({ source, mediaType: 'application/yaml' as const });
const context = (): AuditContext => ({
  principal: systemPrincipal('test', 'default'),
  requestId: null,
  now: Date.now(),
});

/** A process: a pool, a cache and a listening connection of its own. */
interface Process extends ReturnType<typeof partsOf> {
  readonly database: Database;
  readonly store: ReturnType<ReturnType<typeof partsOf>['flows']>;
  readonly writer: ReturnType<ReturnType<typeof partsOf>['control']>['writer'];
  readonly close: () => Promise<void>;
}
let place: Awaited<ReturnType<typeof createTestDatabase>>;
let one: Process;
let two: Process;
function start(name: string): Process {
  const database = openDatabase({ url: place.url, name, max: 4 });
  const parts = partsOf(database);
  return {
    ...parts,
    database,
    store: parts.flows('default'),
    writer: parts.control(context()).writer,
    async close() {
      await parts.notifications.close();
      await database.close();
    },
  };
}
const sure = (process: Process) => vi.waitFor(() => expect(process.notifications.sure()).toBe(true), 5_000);

/** What is missed stays wrong for minutes; what comes is there in milliseconds, on a busy machine too. */
const soon = (look: () => Promise<unknown>, expected: unknown) =>
  vi.waitFor(async () => expect(await look()).toEqual(expected), { timeout: 2_000, interval: 5 });

beforeAll(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  one = start('weir one');
  two = start('weir two');
  await Promise.all([sure(one), sure(two)]);
});
afterAll(async () => {
  await Promise.all([one.close(), two.close()]);
  await place.drop();
});

/** Statements sent by this process while `work` runs. */
async function queriesOf(process: Process, work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const { options } = process.database.sql;
  const before = options.debug;
  Object.assign(options, { debug: () => void (count += 1) });
  await work();
  Object.assign(options, { debug: before });
  return count;
}

describe('what is cached', () => {
  test('takes no query, and under 1 ms', async () => {
    await one.writer.create(yaml(flowText('cached')), { scope: ALL });
    await sleep(50); // its own notification has come back
    const first = await one.store.get('cached');
    expect(await queriesOf(one, () => one.store.get('cached@^1.0.0'))).toBe(0);
    const begun = performance.now();
    for (let i = 0; i < 1_000; i++) await one.store.get(i % 2 === 0 ? 'cached' : `${first?.id}@1.x`);
    expect((performance.now() - begun) / 1_000).toBeLessThan(1);
    expect(await one.store.get('cached')).toBe(first);
  });

  test('is seen as it is at once by the process that changes it, and by the others within milliseconds', async () => {
    await one.writer.create(yaml(flowText('shared')), { scope: ALL });
    expect((await two.store.get('shared'))?.version).toBe('1.0.0');
    for (let n = 1; n <= 20; n++) {
      await one.writer.update('shared', yaml(flowText('shared', '', n + 1)), { ifMatch: null, scope: ALL });
      expect((await one.store.get('shared'))?.version).toBe(`1.0.${n}`);
      await soon(async () => (await two.store.get('shared'))?.version, `1.0.${n}`);
      expect((await two.store.versions('shared')).length).toBe(n + 1);
      expect((await two.store.environment()).flows.get('shared')?.at(-1)).toBe(`1.0.${n}`);
    }
    await one.writer.archive('shared', { force: false });
    await soon(() => two.store.get('shared'), undefined);
    expect((await two.store.get('shared', { includeArchived: true }))?.version).toBe('1.0.20');
    expect((await two.store.environment()).flows.has('shared')).toBe(false);
  });

  test('is not what was loaded before a change that came in between', async () => {
    await one.writer.create(yaml(flowText('between')), { scope: ALL });
    const { pointer } = two.cache;
    const slow = pointer('default', 'between', async () => {
      const found = { id: 'x', name: 'between', archived: false, versions: [{ version: '0.9.0', hash: 'old' }] };
      await one.writer.update('between', yaml(flowText('between', '', 2)), { ifMatch: null, scope: ALL });
      await sleep(50); // the notification has come
      return found;
    });
    expect((await slow)?.versions[0]?.version).toBe('0.9.0');
    expect((await two.store.get('between'))?.version).toBe('1.0.1');
  });

  test('is nothing while the listening connection is lost: no change is missed', async () => {
    const admin = openDatabase({ url: place.url, role: null, max: 1 }); // sees what the sessions of others do
    await one.writer.create(yaml(flowText('lost')), { scope: ALL });
    expect((await two.store.get('lost'))?.version).toBe('1.0.0');
    for (let n = 1; n <= 5; n++) {
      const [ended] = await admin.sql<{ n: number }[]>`
        select count(pg_terminate_backend(pid))::int as n from pg_stat_activity
        where application_name = 'weir two' and query ~* '^(listen|select 1$)' and datname = current_database()`;
      expect(ended?.n).toBe(1);
      await one.writer.update('lost', yaml(flowText('lost', '', n + 1)), { ifMatch: null, scope: ALL });
      await soon(async () => (await two.store.get('lost'))?.version, `1.0.${n}`); // the end of the connection has come
      await sure(two);
      expect((await two.store.get('lost'))?.version).toBe(`1.0.${n}`);
    }
    await admin.close();
  });

  test('lasts five minutes at most', async () => {
    const { createFlowCache } = await import('./flow-cache.ts');
    let now = 0;
    const cache = createFlowCache({ notifications: one.notifications, clock: () => now });
    const pointer = { id: 'x', name: 'a', archived: false, versions: [] };
    const load = vi.fn(async () => pointer);
    for (const at of [0, 299_000, 301_000]) {
      now = at;
      await cache.pointer('o', 'a', load);
    }
    expect(load).toHaveBeenCalledTimes(2);
    await cache.close();
  });

  test('is loaded once for all who ask at the same time; what is not there is asked for again', async () => {
    await two.writer.create(yaml(flowText('herd')), { scope: ALL });
    await sleep(20);
    expect(
      await queriesOf(one, () => Promise.all(Array.from({ length: 50 }, () => one.store.get('herd')))),
    ).toBeLessThan(
      55, // one for the pointer; the content may be loaded by each
    );
    expect(await one.store.get('not-yet')).toBeUndefined();
    await two.writer.create(yaml(flowText('not-yet')), { scope: ALL });
    expect((await one.store.get('not-yet'))?.version).toBe('1.0.0');
  });
});

describe('searching', () => {
  beforeAll(async () => {
    const make = (name: string, extra: string) => one.writer.create(yaml(flowText(name, extra)), { scope: ALL });
    await make('refund-express', 'title: Refund of small orders\ncategory: billing\ntags: [money, fast]\n');
    await make('invoice-run', 'description: Sends invoices, and refunds what was paid twice.\ncategory: billing\n');
    await make('odd-100-percent', 'title: "100% _done_ \\\\ it\'s"\ntags: ["a,b", "c\\"d", "{e}"]\n');
  });
  const names = async (filter: Parameters<typeof one.store.list>[0]) =>
    (await one.store.list(filter)).map(({ name }) => name);

  test.each([
    ['refund', ['invoice-run', 'refund-express']],
    ['refu', ['invoice-run', 'refund-express']],
    ['small ord', ['refund-express']],
    ['orders small', ['refund-express']],
    ['small refund paid', []],
    ['BILLING', ['invoice-run', 'refund-express']],
    ['voice-r', ['invoice-run']],
    ['voice_r', ['invoice-run']],
    ['efund', ['refund-express']],
  ])('%s', async (q, expected) => {
    expect(await names({ q })).toEqual(expected);
  });
  test('by category and tag, exactly', async () => {
    expect(await names({ category: 'billing' })).toEqual(['invoice-run', 'refund-express']);
    expect(await names({ category: 'bill' })).toEqual([]);
    expect(await names({ tag: 'money', category: 'billing', q: 'ref' })).toEqual(['refund-express']);
    for (const tag of ['a,b', 'c"d', '{e}']) expect(await names({ tag }), tag).toEqual(['odd-100-percent']);
    expect(await names({ status: 'invalid' })).toEqual([]);
  });
  test.each([
    "'",
    "''",
    '"',
    '\\',
    "\\'",
    "' | 'refund",
    "refund' | '",
    "a':* | refund:*",
    '!refund',
    '!!',
    '&',
    '|',
    '( )',
    ':*',
    '<->',
    '%',
    '_',
    '100%',
    "x'); drop table flows; --",
    "') or 1=1 --",
    '\0',
    'a\0b',
    '{}',
    '{"a":1}',
    '$1',
    '${1}',
    'ünï',
    '日本',
    '😀',
    '\ud800',
    ' ',
    '-',
    '--',
    '*',
    'x'.repeat(200),
    'a '.repeat(100),
  ])('%j is text to look for, and nothing else', async (evil) => {
    const everything = await names({});
    const found = await names({ q: evil });
    // Signs mean nothing: what is left are its words.
    const words = evil.replaceAll(/[^\p{L}\p{N}\s]/gu, ' ').trim();
    if (words === '')
      expect(found).toEqual(['', '-', '_'].includes(evil.trim()) ? await names({ q: evil.trim() && '-' }) : []);
    else expect(found).toEqual(await names({ q: words }));
    for (const filter of [{ category: evil }, { tag: evil }]) expect(await names(filter)).toEqual([]);
    expect(await one.store.get(evil)).toBeUndefined();
    expect(await one.store.versions(`${evil}@${evil}`)).toEqual([]);
    expect(await names({})).toEqual(everything);
  });
});

test('a page of many comes by name, within the scope', async () => {
  for (let i = 0; i < 25; i++)
    await one.writer.create(
      yaml(flowText(`many-${String(i).padStart(2, '0')}`, `category: ${i % 2 ? 'odd' : 'even'}\n`)),
      { scope: ALL },
    );
  const scope = { all: false, flows: new Set(['many-01', 'refund-express']), categories: new Set(['even']) };
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: readonly FlowSummary[] | undefined = await one.store.page?.({ scope, after, limit: 4 });
    if (page === undefined || page.length === 0) break;
    expect(page.length).toBeLessThanOrEqual(4);
    seen.push(...page.map(({ name }) => name));
    after = page.at(-1)?.name ?? null;
  }
  expect(seen).toEqual([
    'many-00',
    'many-01',
    ...Array.from({ length: 12 }, (_, i) => `many-${String(2 * i + 2).padStart(2, '0')}`),
    'refund-express',
  ]);
  expect(
    await one.store.page?.({ scope: { all: false, flows: new Set(), categories: new Set() }, after: null, limit: 4 }),
  ).toEqual([]);
});
