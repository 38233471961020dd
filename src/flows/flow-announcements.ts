import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import type { Database, Queries } from '../store/database.ts';

const CHANNEL = 'weir_flows';

/** What has changed: a flow of an organisation, or (null) what its flows are checked against. */
export interface FlowChange {
  readonly organisation: string;
  readonly flow: string | null;
}

/** Tells every process of a change, when the transaction commits. Belongs into the transaction of each change of flows, adapters and actions. */
export async function announce(tx: Queries, { organisation, flow }: FlowChange): Promise<void> {
  await tx.execute(sql`select pg_notify(${CHANNEL}, ${JSON.stringify({ organisation, flow })})`);
}

export interface AnnouncementListener {
  readonly onChange: (change: FlowChange) => void;
  /** True: from now on every change is told. False: the connection is gone, changes may be missed. */
  readonly onLive: (live: boolean) => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Listens on a connection of its own, made anew when it is lost. Not `sql.listen`: that reconnects as well, but does not tell
 * that it was away, and what was announced meanwhile would be missed in silence. Returns what ends it.
 */
export function listenForChanges(
  { sql: pool }: Pick<Database, 'sql'>,
  listener: AnnouncementListener,
): () => Promise<void> {
  let closed = false;
  let live = false;
  let wake: (() => void) | null = null;
  const lost = () => {
    if (live) listener.onLive(false);
    live = false;
    wake?.();
  };
  // The driver's own `listen` makes its connection in this way; `onnotify` is missing in its types.
  const options: object = {
    ...pool.options,
    max: 1,
    idle_timeout: null,
    max_lifetime: null,
    fetch_types: false,
    onclose: lost,
    onnotify: (_channel: string, payload: string) => {
      const change = readChange(payload);
      if (change !== null) listener.onChange(change);
    },
  };
  const sql = postgres(options);
  const until = (ms: number | null) =>
    new Promise<void>((resolve) => {
      const timer = ms === null ? null : setTimeout(resolve, ms);
      wake = () => {
        if (timer !== null) clearTimeout(timer);
        resolve();
      };
    });
  const run = async () => {
    let pause = FIRST_PAUSE_MS;
    while (!closed) {
      try {
        await sql`listen ${sql(CHANNEL)}`;
        if (closed) return;
        live = true;
        pause = FIRST_PAUSE_MS;
        listener.onLive(true);
        while (live && !closed) await until(null);
      } catch {
        // Tried again: the cache is off meanwhile, and whoever asks for a flow is told that the database is away.
        await until(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  };
  const running = run();
  return async () => {
    closed = true;
    wake?.();
    await sql.end({ timeout: 1 });
    await running;
  };
}

function readChange(payload: string): FlowChange | null {
  try {
    const value: unknown = JSON.parse(payload);
    if (value === null || typeof value !== 'object' || !('organisation' in value) || !('flow' in value)) return null;
    const { organisation, flow } = value;
    return typeof organisation === 'string' && (flow === null || typeof flow === 'string')
      ? { organisation, flow }
      : null;
  } catch {
    return null; // not ours
  }
}
