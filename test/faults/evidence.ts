import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createReconciler } from '../../src/audit/reconciler.ts';
import { createTemporalRuns } from '../../src/executions/temporal-runs.ts';
import { openDatabase } from '../../src/store/database.ts';
import { openTemporalTruth } from './temporal-truth.ts';

export interface EvidenceRecord {
  readonly seq: number;
  readonly action: string;
  readonly outcome: string;
  readonly intent: string | null;
  readonly subject: { readonly type: string; readonly id: string };
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Evidence {
  readonly records: readonly EvidenceRecord[];
  /** Outcomes of what changed in Temporal, by the intent's id; empty where it stayed open. */
  readonly outcomes: ReadonlyMap<string, readonly EvidenceRecord[]>;
}

/** `weir audit export` from a running API, and `weir audit verify` of that file alone. Fails with what these say. */
export async function exportEvidence(options: {
  readonly program: string;
  readonly url: string;
  readonly token: string;
  readonly folder: string;
}): Promise<Evidence> {
  const { program, url, token, folder } = options;
  const file = join(folder, 'audit.jsonl');
  const env = { PATH: process.env['PATH'], WEIR_URL: url, WEIR_TOKEN: token, XDG_CONFIG_HOME: join(folder, 'config') };
  const weir = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args], { env });
  await weir('audit', 'export', '--out', file);
  const { stdout } = await weir('audit', 'verify', file, '--json');
  const verdict = JSON.parse(stdout) as { ok: boolean; records: number };
  if (!verdict.ok) throw new Error(`the audit chain does not hold: ${stdout}`);
  const records = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => recordOf(JSON.parse(line)));
  if (records.length !== verdict.records)
    throw new Error(`${records.length} records were read, and ${verdict.records} verified`);
  const outcomes = new Map<string, EvidenceRecord[]>();
  for (const record of records) {
    if (record.intent === null) continue;
    const known = outcomes.get(record.intent) ?? [];
    if (record.outcome !== 'intended') known.push(record);
    outcomes.set(record.intent, known);
  }
  return { records, outcomes };
}

const PATIENCE_MS = 40_000;

/**
 * Closes what stayed open, as every API does with what is older than a minute. `lateMs`: how long after it was asked for something may still
 * happen; a client repeats its calls to a Temporal that was away for some 18 s, also when their request was answered. Default 0.
 * Call when nothing is asked for any more. Gives how many were closed.
 */
export async function closeIntents(options: {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly lateMs?: number;
}): Promise<number> {
  const lateSeconds = (options.lateMs ?? 0) / 1_000;
  const [owner, app] = [
    openDatabase({ url: options.databaseUrl, max: 1, role: null }),
    openDatabase({ url: options.databaseUrl, max: 1 }),
  ];
  const temporal = await openTemporalTruth(options.temporalAddress);
  try {
    for (let waited = 0; waited < PATIENCE_MS; waited += 200) {
      const late = owner.sql`select from audit_intents where at > clock_timestamp() - make_interval(secs => ${lateSeconds})`;
      if ((await late).length === 0) break;
      await sleep(200);
    }
    await owner.sql`update audit_intents set at = at - interval '2 minutes'`;
    return await createReconciler({ database: app, runs: createTemporalRuns({ client: temporal.client }) }).tick();
  } finally {
    await Promise.all([temporal.close(), owner.close(), app.close()]);
  }
}

function recordOf(line: { readonly seq?: number; readonly body?: Omit<EvidenceRecord, 'seq'> }): EvidenceRecord[] {
  if (line.seq === undefined || line.body === undefined) return []; // the header, a checkpoint, the end
  return [{ ...line.body, seq: line.seq, intent: line.body.intent ?? null }];
}
