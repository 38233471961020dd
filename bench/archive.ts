import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startPostgres } from '../postgres/server.ts';
import { createArchive } from '../src/archive/archive.ts';
import { createSweeper } from '../src/archive/sweeper.ts';
import { fillArchive } from '../src/archive/testdata/fill-archive.ts';
import { newExecutionId } from '../src/executions/execution-id.ts';
import { type ExecutionFilter, listExecutions } from '../src/executions/list-executions.ts';
import { scopedRuns } from '../src/executions/scoped-runs.ts';
import { createTemporalRuns } from '../src/executions/temporal-runs.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { historyFromJson } from '../src/worker/history-json.ts';
import { createHistoryReader } from '../src/workflows/host/history-reader.ts';
import { startDevServer } from '../temporal/server.ts';
import { measurement, type Measurement } from './measurement.ts';
import { percentile } from './statistics.ts';

const ROWS = 100_000;
const LIMIT = 50;
const GOAL_MS = 100;

/** Filters as people use them, each from its first page on. */
const FILTERS: readonly ExecutionFilter[] = [
  {},
  { status: 'failed' },
  { flow: 'flow-7' },
  { flow: 'flow-10', status: 'failed' },
  { tag: 'rare' },
  { flows: ['flow-1', 'flow-2', 'flow-3'], environment: 'prod' },
];

/** Listing 50 of 100,000 archived executions, merged with what Temporal knows. */
export async function measureArchive({
  quick,
  report,
}: {
  readonly quick: boolean;
  readonly report: (line: string) => void;
}): Promise<readonly Measurement[]> {
  const env = { ...process.env, DATABASE_URL: undefined };
  const server = await startPostgres({ env, log: report });
  const temporal = await startDevServer({ env, log: report, uiPort: false });
  const connection = await Connection.connect({ address: temporal.address });
  try {
    await migrate(server.url);
    const owner = openDatabase({ url: server.url, role: null, max: 1 });
    report(`${ROWS} archived executions`);
    await fillArchive(owner, { rows: ROWS, newest: new Date(), flows: 20 });
    await owner.close();
    const database = openDatabase({ url: server.url });
    const runs = scopedRuns(createTemporalRuns({ client: new Client({ connection }) }), 'default');
    const archive = createArchive({ database })('default');
    const took: number[] = [];
    const rounds = quick ? 5 : 25;
    for (let round = 0; round <= rounds; round++)
      for (const filter of FILTERS) {
        let cursor: string | null = null;
        for (let page = 0; page < 4; page++) {
          const begun = performance.now();
          const found: Awaited<ReturnType<typeof listExecutions>> = await listExecutions({ runs, archive }, filter, {
            limit: LIMIT,
            cursor,
            now: Date.now(),
          });
          if (round > 0) took.push(performance.now() - begun); // the first round warms up
          if (found.items.length !== LIMIT)
            throw new Error(`a page of ${JSON.stringify(filter)} has ${found.items.length}`);
          cursor = found.next;
        }
      }
    const swept = await sweeping(database, quick ? 200 : 1_000);
    await database.close();
    const p50 = percentile(took, 0.5).toFixed(1);
    return [
      measurement({
        name: `list ${LIMIT} of ${ROWS} archived executions, p95`,
        value: percentile(took, 0.95),
        unit: 'ms',
        goal: GOAL_MS,
        compare: '<',
        note: `p50 ${p50} ms, ${took.length} pages`,
      }),
      swept,
    ];
  } finally {
    await connection.close();
    await temporal.stop();
    await server.stop();
  }
}

/** How fast ends are archived: a recorded history read, packed and stored, many times. Fetching it from Temporal is not in it. */
async function sweeping(database: Database, count: number): Promise<Measurement> {
  const file = join(import.meta.dirname, '..', 'temporal', 'histories', '1', 'control.json');
  const { events = [] } = historyFromJson(JSON.parse(await readFile(file, 'utf8')));
  const ended = new Date();
  const items = Array.from({ length: count }, (_, i) => ({
    executionId: newExecutionId(ended.getTime()),
    runId: `run-${i}`,
    flow: 'control',
    status: 'completed' as const,
    shown: 'running',
    version: '1.0.0',
    environment: 'prod',
    organisation: 'default',
    tags: [],
    startedAt: ended,
    endedAt: ended,
  }));
  const runs = { list: async () => ({ items, cursor: null }), history: async () => events ?? [] };
  const begun = performance.now();
  const { archived } = await createSweeper({ database, runs, createHistoryReader }).tick();
  const seconds = (performance.now() - begun) / 1_000;
  if (archived !== count) throw new Error(`${archived} of ${count} were archived`);
  return measurement({
    name: 'archive ended executions, reading and storing',
    value: archived / seconds,
    unit: '1/s',
    // Three times what is started at 1,000 a minute.
    goal: 50,
    compare: '>=',
    note: `${events?.length ?? 0} events each`,
  });
}
