import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../postgres/server.ts';
import type { AuditEntry } from '../src/audit/entry.ts';
import { createIntents } from '../src/audit/intents.ts';
import { sampleChain, sampleExport } from '../src/audit/testdata/sample-export.ts';
import { verifyExport } from '../src/audit/verify-export.ts';
import { systemPrincipal } from '../src/auth/principal.ts';
import { change } from '../src/store/change.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { measurement, type Measurement } from './measurement.ts';
import { median } from './statistics.ts';

const RECORDS = 200_000;
const entryOf = (n: number): AuditEntry => ({
  action: 'execution.start',
  subject: { type: 'execution', id: `01890000-0000-7000-8000-${String(n).padStart(12, '0')}` },
  details: {
    flow: 'customer-support',
    version: '1.0.0',
    environment: 'prod',
    trigger: { type: 'manual', source: 'api' },
  },
});

/** Writing to one chain on an embedded PostgreSQL with fsync on, and verifying an export from a file. */
export async function measureAudit({
  quick,
  report,
}: {
  readonly quick: boolean;
  readonly report: (line: string) => void;
}): Promise<readonly Measurement[]> {
  const room = await mkdtemp(join(tmpdir(), 'weir-bench-audit-'));
  const server = await startPostgres({ env: { ...process.env, DATABASE_URL: undefined }, log: report });
  try {
    await migrate(server.url);
    const database = openDatabase({ url: server.url });
    const ms = quick ? 2_000 : 5_000;
    try {
      return [
        await oneByOne(database, ms),
        ...(await inBatches(database, ms)),
        await verifying(join(room, 'export.jsonl'), quick ? 3 : 7),
      ];
    } finally {
      await database.close();
    }
  } finally {
    await server.stop();
    await rm(room, { recursive: true });
  }
}

const contextOf = () => ({
  principal: systemPrincipal('bench', 'default'),
  requestId: crypto.randomUUID(),
  now: Date.now(),
});

/** Transactions of one record each, eight at a time, all in one organisation. */
async function oneByOne(database: Database, ms: number): Promise<Measurement> {
  const { rate } = await during(ms, 8, (n) => change(database, contextOf(), async (_tx, record) => record(entryOf(n))));
  return measurement({
    name: 'audited commits in one organisation',
    value: rate,
    unit: '/s',
    goal: 200,
    compare: '>=',
  });
}

/** Intent and outcome, as 40 starts of executions in flight make them; and what an intent adds to a start at 1,000 a minute. */
async function inBatches(database: Database, ms: number): Promise<readonly Measurement[]> {
  const intents = createIntents({ database });
  const one = async (n: number): Promise<void> => {
    intents.settle(await intents.open(contextOf(), entryOf(n)), 'success');
  };
  const { rate } = await during(ms, 40, one);
  await intents.flush();
  const times: number[] = [];
  await during(ms, 1, async (n) => {
    const at = performance.now();
    await one(n);
    times.push(performance.now() - at);
    await sleep(Math.max(0, 60 - (performance.now() - at)));
  });
  await intents.close();
  const sorted = [...times].sort((a, b) => a - b);
  return [
    measurement({ name: 'audit records in batches', value: rate * 2, unit: '/s', goal: 1_500, compare: '>=' }),
    measurement({
      name: 'intent of a start at 1,000 a minute, p95',
      value: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN,
      unit: 'ms',
      goal: 20,
      compare: '<',
      note: `median ${median(times).toFixed(1)} ms`,
    }),
  ];
}

async function verifying(file: string, rounds: number): Promise<Measurement> {
  await writeFile(
    file,
    sampleExport(sampleChain(RECORDS, entryOf))
      .map((line) => `${line}\n`)
      .join(''),
  );
  const rates: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const verdict = await verifyExport(createReadStream(file, { highWaterMark: 1024 * 1024 }));
    if (!verdict.ok || verdict.records !== RECORDS)
      throw new Error(`the export does not hold: ${verdict.fault?.message}`);
    rates.push(RECORDS / ((performance.now() - started) / 1_000));
  }
  const { user, system } = process.cpuUsage(before);
  const perCpu = (RECORDS * rounds) / ((user + system) / 1e6);
  return measurement({
    name: 'verify an audit export',
    value: median(rates),
    unit: 'records/s',
    goal: 100_000,
    compare: '>=',
    note: `${Math.round(perCpu / 1_000)},000 a second of processor time`,
  });
}

/** Runs `work` for so long, so many at a time: how many a second. */
async function during(
  ms: number,
  lanes: number,
  work: (n: number) => Promise<void>,
): Promise<{ readonly rate: number }> {
  let n = 0;
  const started = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - started < ms) await work((n += 1));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { rate: n / ((performance.now() - started) / 1_000) };
}
