import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTestDatabase } from '../../postgres/test-database.ts';
import type { HistoryEvent } from '../executions/history.ts';
import type { RunSummary } from '../executions/runs.ts';
import { description } from '../executions/testdata/fake-runs.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { historyFromJson } from '../worker/history-json.ts';
import { createHistoryReader } from '../workflows/host/history-reader.ts';
import { createArchive } from './archive.ts';
import { createSweeper } from './sweeper.ts';

const RECORDED = readFileSync(join(import.meta.dirname, '../../temporal/histories/1/approve.json'), 'utf8');

/** A recorded history as if it had run on another day, with another output. */
function history(day: string, output: string): readonly HistoryEvent[] {
  const json = JSON.parse(RECORDED.replaceAll(/"20\d\d-\d\d-\d\dT/g, `"${day}T`));
  const data = Buffer.from(JSON.stringify(output)).toString('base64');
  json.events.at(-1).workflowExecutionCompletedEventAttributes.result.payloads[0].data = data;
  return historyFromJson(json).events ?? [];
}
const run = (n: number, day: string, organisation = 'default'): RunSummary =>
  description({
    executionId: `01890000-0000-7000-8000-00000000000${n}`,
    runId: `run-${n}`,
    flow: 'approve',
    status: 'completed',
    organisation,
    startedAt: new Date(`${day}T12:50:25Z`),
    endedAt: new Date(`${day}T12:59:59Z`),
  });

let place: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
beforeAll(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  database = openDatabase({ url: place.url, max: 3 });
});
afterAll(async () => {
  await database.close();
  await place.drop();
});

function sweeperOf(
  ended: readonly { run: RunSummary; output: string }[],
  errors: unknown[] = [],
  reader = createHistoryReader,
) {
  return createSweeper({
    database,
    runs: {
      list: async () => ({ items: ended.map((one) => one.run), cursor: null }),
      history: async (_id, runId) => {
        const found = ended.find((one) => one.run.runId === runId);
        return found === undefined ? null : history(found.run.startedAt.toISOString().slice(0, 10), found.output);
      },
    },
    createHistoryReader: reader,
    leaseMs: 0,
    log: (_level, message, fields) => void errors.push([message, fields]),
  });
}

test('an execution of years ago finds its partition; U+0000 in a result is no obstacle', async () => {
  const old = run(1, '2019-03-05');
  expect(await sweeperOf([{ run: old, output: 'a\u0000b\ud800' }]).tick()).toEqual({ archived: 1, failed: 0 });
  const found = await createArchive({ database })('default').find(old.executionId);
  expect(found?.view).toMatchObject({ status: 'completed', output: 'a\u0000b\ud800', why: null });
  const [row] = await database.sql`select tableoid::regclass::text as part from archived_executions`;
  expect(row).toEqual({ part: 'archived_executions_2019_03' });
});

test('an end that can not be stored holds up no other, is told, and holds the stored position', async () => {
  const errors: unknown[] = [];
  const ends = [
    { run: run(2, '2026-02-01'), output: 'x' },
    { run: run(3, '2026-02-02', 'no-such-organisation'), output: 'x' },
    { run: run(4, '2026-02-03'), output: 'x' },
  ];
  const sweeper = sweeperOf(ends, errors);
  expect(await sweeper.tick()).toEqual({ archived: 2, failed: 1 });
  expect(errors).toMatchObject([[expect.stringContaining(ends[1]?.run.executionId ?? ''), { run: 'run-3' }]]);
  const [position] = await database.sql`select value from positions where name = 'sweeper'`;
  expect(position?.value).toBe(Date.parse('2026-02-02T12:59:59Z'));
  expect(await sweeper.tick()).toEqual({ archived: 0, failed: 1 });
});

test('a history that can not be read is kept, with what visibility tells', async () => {
  const errors: unknown[] = [];
  const odd = run(6, '2026-03-01');
  const sweeper = sweeperOf([{ run: odd, output: 'x' }], errors, () => {
    throw new Error('no such behaviour');
  });
  expect(await sweeper.tick()).toEqual({ archived: 1, failed: 0 });
  expect(errors).toMatchObject([[expect.stringContaining('without its steps'), { run: 'run-6' }]]);
  const archive = createArchive({ database })('default');
  expect((await archive.find(odd.executionId))?.view).toMatchObject({
    flow: 'approve',
    status: 'completed',
    steps: [],
  });
  expect(await archive.history(odd.executionId, 'run-6')).toEqual(history('2026-03-01', 'x'));
});

test('a stopped sweeper does nothing', async () => {
  const sweeper = sweeperOf([{ run: run(5, '2026-02-05'), output: 'x' }]);
  await sweeper.stop();
  expect(await sweeper.tick()).toEqual({ archived: 0, failed: 0 });
});
