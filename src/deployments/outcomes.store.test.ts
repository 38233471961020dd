import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts';
import type { RunSummary } from '../executions/runs.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { outcomeQuery, outcomes } from './outcomes.ts';
import { type DeploymentApi, deploymentApi } from './testdata/deployment-api.ts';
import { addFlow, addOrganisation } from './testdata/stored-flows.ts';

interface Archived {
  readonly id: string;
  readonly organisation?: string;
  readonly flow?: string;
  readonly version?: string;
  readonly environment?: string;
  readonly status?: string;
  readonly startedAt?: Date;
  readonly durationMs?: number;
}

async function archive({ sql }: Database, one: Archived): Promise<void> {
  const startedAt = one.startedAt ?? new Date();
  const endedAt = new Date(startedAt.getTime() + (one.durationMs ?? 100));
  await sql`
    insert into archived_executions (organisation, execution_id, flow, version, hash, environment, status, started_at, last_started_at, ended_at, duration_ms, runs, counted, events, view, history, archived_at)
    values (${one.organisation ?? 'default'}, ${one.id}, ${one.flow ?? 'shop'}, ${one.version ?? '1.0.0'}, 'h', ${one.environment ?? 'prod'},
      ${one.status ?? 'completed'}, ${startedAt.toISOString()}::timestamptz, ${startedAt.toISOString()}::timestamptz, ${endedAt.toISOString()}::timestamptz, ${one.durationMs ?? 100}, ${['r']}, ${['r']}, 3, '{}', ${Buffer.from('')}, now())`;
}

const id = (n: number): string => `0189abcd-0000-4000-8000-${String(n).padStart(12, '0')}`;
const run = (n: number, more: Partial<RunSummary> = {}): RunSummary => ({
  executionId: id(n),
  runId: `run-${n}`,
  flow: 'shop',
  status: 'running',
  shown: 'running',
  version: '2.0.0',
  environment: 'prod',
  organisation: 'default',
  tags: [],
  startedAt: new Date('2026-01-01T00:00:00Z'),
  endedAt: null,
  ...more,
});
const ended = (n: number, ms: number, more: Partial<RunSummary> = {}): RunSummary =>
  run(n, { status: 'completed', endedAt: new Date(Date.parse('2026-01-01T00:00:00Z') + ms), ...more });

describe('outcomes', () => {
  let api: DeploymentApi;
  beforeEach(async () => {
    api = await deploymentApi(inject('databaseUrl'));
    await addFlow(api.database, 'shop', { versions: ['1.0.0', '1.10.0', '2.0.0'], category: 'sales' });
  });
  afterEach(() => api.close());
  const get = async (query = '') => {
    const { status, body, text } = await api.call('GET', `/flows/shop/outcomes${query}`);
    expect(status, text).toBe(200);
    return body.items;
  };

  test('count by version, the highest first, with exact percentiles over archive and Temporal', async () => {
    const { database } = api;
    for (let i = 1; i <= 10; i++) await archive(database, { id: id(i), durationMs: i * 10 });
    await archive(database, { id: id(11), status: 'failed', durationMs: 1_000 });
    await archive(database, { id: id(12), version: '1.10.0', status: 'timed_out', durationMs: 5 });
    api.recent.push(
      ended(20, 200),
      ended(21, 400),
      run(22),
      run(23, { shown: 'waiting' }),
      ended(24, 30, { status: 'failed', version: '1.0.0' }),
    );
    expect(await get()).toEqual([
      {
        version: '2.0.0',
        count: 4,
        succeeded: 2,
        success_rate: 1,
        p50_ms: 300,
        p95_ms: 390,
        statuses: { completed: 2, running: 1, waiting: 1 },
      },
      { version: '1.10.0', count: 1, succeeded: 0, success_rate: 0, p50_ms: 5, p95_ms: 5, statuses: { timed_out: 1 } },
      {
        version: '1.0.0',
        count: 12,
        succeeded: 10,
        success_rate: 10 / 12,
        p50_ms: 55,
        p95_ms: expect.closeTo(505),
        statuses: { completed: 10, failed: 2 },
      },
    ]);
  });

  test('count an execution once: archived or recent, and of several runs the last', async () => {
    await archive(api.database, { id: id(1), version: '2.0.0', durationMs: 70 });
    await archive(api.database, { id: id(2), version: '2.0.0', durationMs: 70, environment: 'staging' });
    api.recent.push(
      ended(1, 70),
      ended(2, 70, { environment: 'prod' }),
      ended(3, 10, { runId: 'first', status: 'failed' }),
      ended(3, 90, {
        runId: 'second',
        startedAt: new Date('2026-01-02T00:00:00Z'),
        endedAt: new Date(Date.parse('2026-01-02T00:00:00Z') + 90),
      }),
    );
    expect(await get('?environment=prod')).toMatchObject([{ version: '2.0.0', count: 2, statuses: { completed: 2 } }]);
    expect(await get()).toMatchObject([{ version: '2.0.0', count: 3, statuses: { completed: 3 } }]);
  });

  test('have no rate and no percentiles while nothing has ended', async () => {
    api.recent.push(run(1));
    expect(await get()).toEqual([
      {
        version: '2.0.0',
        count: 1,
        succeeded: 0,
        success_rate: null,
        p50_ms: null,
        p95_ms: null,
        statuses: { running: 1 },
      },
    ]);
  });

  test('are of one flow, environment and organisation, and from a time on', async () => {
    const { database } = api;
    const hours = (n: number) => new Date(Date.now() - n * 3_600_000);
    await addOrganisation(database, 'acme');
    await archive(database, { id: id(1), startedAt: hours(1) });
    await archive(database, { id: id(2), startedAt: hours(48) });
    await archive(database, { id: id(3), environment: 'staging' });
    await archive(database, { id: id(4), flow: 'other' });
    await archive(database, { id: id(5), organisation: 'acme' });
    expect(await get()).toMatchObject([{ count: 3 }]);
    expect(await get('?environment=prod')).toMatchObject([{ count: 2 }]);
    expect(await get('?environment=prod&since=24h')).toMatchObject([{ count: 1 }]);
    expect(await get(`?since=${encodeURIComponent(hours(2).toISOString())}`)).toMatchObject([{ count: 2 }]);
    expect(await get('?environment=dev')).toEqual([]);
  });

  test.each([
    ['?since=yesterday', 'invalid_request'],
    ['?since=-100000-01-01', 'invalid_request'],
    ['?since=%2B275760-09-13', 'invalid_request'],
    ['?since=0.5', 'invalid_request'],
    ['?environment=nope', 'environment_not_found'],
    ["?environment=prod'--", 'invalid_request'],
  ])('%s: %s', async (query, code) => {
    expect((await api.call('GET', `/flows/shop/outcomes${query}`)).body.code).toBe(code);
  });

  test('of an unknown flow, or out of reach, are refused', async () => {
    expect((await api.call('GET', '/flows/nope/outcomes')).body.code).toBe('flow_not_found');
    api.principal = { ...api.principal, grants: [{ role: 'viewer', on: { kind: 'category', category: 'hr' } }] };
    expect((await api.call('GET', '/flows/shop/outcomes')).body.code).toBe('forbidden');
  });
});

describe('outcomes of 100,000 archived executions', () => {
  let place: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    place = await createTestDatabase(inject('databaseUrl'));
    database = openDatabase({ url: place.url, max: 2 });
    // Indexes that this query has no use for only cost time here.
    const owner = openDatabase({ url: place.url, max: 1, role: null });
    await owner.sql`drop index archived_executions_tags, archived_executions_status, archived_executions_started, archived_executions_ended`;
    await owner.sql`
      insert into archived_executions (organisation, execution_id, flow, version, hash, environment, status, started_at, last_started_at, ended_at, duration_ms, runs, counted, events, view, history, archived_at)
      select 'default', 'e' || n, 'flow-' || n % 50, '1.' || n % 3 || '.0', 'h', 'prod', case when n % 10 = 0 then 'failed' else 'completed' end,
        now() - n * interval '20 seconds', now() - n * interval '20 seconds', now() - n * interval '20 seconds', n % 1000, '{r}', '{r}', 3, '{}', '', now()
      from generate_series(1, 100000) n`;
    await owner.sql`analyze archived_executions`;
    await owner.close();
  });
  afterAll(async () => {
    await database.close();
    await place.drop();
  });
  const filter = { organisation: 'default', flow: 'flow-7', environment: 'prod' };

  test('come from indexes, of the whole table nothing is read', async () => {
    const live = Array.from({ length: 200 }, (_, i) => ({
      id: `e${i}`,
      version: '1.0.0',
      status: 'completed' as const,
      durationMs: 1,
    }));
    for (const since of [undefined, new Date(Date.now() - 86_400_000)]) {
      const query = outcomeQuery({ ...filter, ...(since !== undefined && { since }) }, live);
      const rows = await database.db.execute<{ 'QUERY PLAN': string }>(sql`explain ${query}`);
      const plan = [...rows].map((row) => row['QUERY PLAN']).join('\n');
      // Partitions without rows are scanned as they are; that with the rows is not.
      const full = plan
        .split('\n')
        .filter((line) => /Seq Scan on archived_executions/.test(line))
        .map((line) => Number(/rows=(\d+)/.exec(line)?.[1]));
      expect(
        full.every((rowsRead) => rowsRead < 100),
        plan,
      ).toBe(true);
      expect(plan).toMatch(/(Index|Bitmap)[\w ]* Scan/);
    }
  });

  test('are there in well under a second', async () => {
    const began = performance.now();
    const found = await outcomes({ database, recent: async () => [] }, filter);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(2_000);
    expect(found.map(({ version }) => version)).toEqual(['1.2.0', '1.1.0', '1.0.0']);
  });
});
