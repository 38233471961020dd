import { sql } from 'drizzle-orm';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { type Checkpoint, checkpointLine, signCheckpoint } from './checkpoint.ts';
import type { Signer } from './signer.ts';

/** Where copies of checkpoints go, outside of the database. Resolves when they are durable. */
export interface CheckpointSink {
  append(line: string): Promise<void>;
}

export interface Checkpointer {
  /**
   * Signs where each chain stands that has grown since its last checkpoint; gives how many. From then on it goes on by itself, every
   * 30 s or about 1,000 records, until nothing is new: idle, a tick is one query, and nothing else is asked.
   */
  tick(): Promise<number>;
  /** A last checkpoint where something is new; none when the database is away. */
  close(): Promise<void>;
}

const EVERY_MS = 30_000;
const EVERY_RECORDS = 1_000;
const SHORTEST_MS = 1_000;

export function createCheckpointer(options: {
  readonly database: Pick<Database, 'db'>;
  readonly signer: Signer;
  readonly sink: CheckpointSink;
}): Checkpointer {
  const { database, signer, sink } = options;
  let timer: NodeJS.Timeout | null = null;
  let last: number | null = null;
  let running: Promise<number> | null = null;
  let closed = false;

  function write(): Promise<number> {
    return (running ??= writeAll().finally(() => (running = null)));
  }

  async function writeAll(): Promise<number> {
    const grown = await grownChains(database);
    if (grown.length === 0) {
      last = null;
      return 0;
    }
    const checkpoints = grown.map(({ organisation, seq, hash, at }) =>
      signCheckpoint(signer, { organisation, seq, hash, at }),
    );
    // Outside first: that copy is the one that tells of a database which was turned back.
    for (const one of checkpoints) await sink.append(checkpointLine(one));
    await insert(database, checkpoints);
    schedule(Math.max(...grown.map(({ records }) => records)));
    return checkpoints.length;
  }

  /** When about EVERY_RECORDS more are to be expected, as fast as they came lately. */
  function schedule(records: number): void {
    const at = performance.now();
    const passed = last === null ? EVERY_MS : at - last;
    last = at;
    if (closed || timer !== null) return;
    const ms = Math.min(EVERY_MS, Math.max(SHORTEST_MS, (EVERY_RECORDS / records) * passed));
    timer = setTimeout(() => {
      timer = null;
      write().catch(() => undefined); // the next tick tries again, and tells
    }, ms);
    timer.unref();
  }

  return {
    tick: async () => (timer === null ? write() : 0),
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await running?.catch(() => undefined);
      await write().catch(() => undefined); // the next process makes it
    },
  };
}

interface GrownChain {
  readonly organisation: string;
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  /** Since the last checkpoint. */
  readonly records: number;
}

async function grownChains(database: Pick<Database, 'db'>): Promise<readonly GrownChain[]> {
  const rows = await read(database, (db) =>
    // The clock is read after the head, so that no checkpoint seems older than a chain that ends before it.
    db.execute<{ organisation: string; seq: string; hash: string; at: string; signed: string }>(sql`
      select head.organisation, head.seq, encode(head.hash, 'hex') as hash, coalesce(last.seq, 0) as signed,
        to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
      from audit_heads as head left join lateral (
        select seq from audit_checkpoints where organisation = head.organisation order by seq desc limit 1
      ) as last on true
      where head.seq > coalesce(last.seq, 0)`),
  );
  return rows.map(({ organisation, seq, hash, at, signed }) => ({
    organisation,
    seq: Number(seq),
    hash,
    at,
    records: Number(seq) - Number(signed),
  }));
}

async function insert(database: Pick<Database, 'db'>, checkpoints: readonly Checkpoint[]): Promise<void> {
  await read(database, (db) =>
    db.execute(sql`
      insert into audit_checkpoints (organisation, seq, hash, at, key_id, signature)
      select organisation, seq, decode(hash, 'hex'), at, "keyId", decode(signature, 'base64')
      from jsonb_to_recordset(${JSON.stringify(checkpoints)}::text::jsonb)
        as c (organisation text, seq bigint, hash text, at timestamptz, "keyId" text, signature text)
      on conflict do nothing`),
  );
}
