import postgres from 'postgres';
import { answerWithin } from './answer-within.ts';
import type { Database } from './database.ts';

/**
 * What PostgreSQL tells by NOTIFY, on one connection of its own for the whole process. It is made at the first `on` and made anew
 * when it is lost; nothing is queried while nobody asks.
 */
export interface Notifications {
  /** Calls `listener` with the payload of each notification. Gives what takes it off again. */
  on(channel: string, listener: (payload: string) => void): () => void;
  /** Called when notifications may have been missed, at the loss and again once all channels are heard: forget what was kept. */
  onLost(listener: () => void): () => void;
  /**
   * Whether everything told so far was heard: what is kept may be used. True at once within 2.5 s of a sign of life, otherwise after
   * asking on the listening connection (a notification that was committed before arrives before the answer). So a connection
   * that is dead without anybody having said so deceives for 5 s at most. Never rejects.
   */
  sure(): boolean | Promise<boolean>;
  close(): Promise<void>;
}

/** A sign of life is worth this much; past half of it the next one is asked for in the background, ms. */
const SIGN_OF_LIFE_MS = 5_000;
const ANSWER_MS = 1_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

interface Line {
  readonly sql: postgres.Sql;
  /** All channels are heard. */
  listening: boolean;
  /** Last sign of life, by `now`. */
  heardAt: number;
}

/** `now`: a clock that only goes forward, ms. */
export function createNotifications(
  { sql: pool }: Pick<Database, 'sql'>,
  { now = () => performance.now() }: { readonly now?: () => number } = {},
): Notifications {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  const lost = new Set<() => void>();
  let line: Line | null = null;
  let asking: Promise<boolean> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;

  const tellLost = (): void => {
    for (const listener of lost) listener();
  };

  function connect(): void {
    if (closed || line !== null) return;
    const made: Line = {
      sql: openLine(pool, {
        onnotify: (channel, payload) => {
          made.heardAt = now();
          for (const listener of listeners.get(channel) ?? []) listener(payload);
        },
        onclose: () => drop(made),
      }),
      listening: false,
      heardAt: 0,
    };
    line = made;
    void hear(made).catch(() => drop(made));
  }

  async function hear(made: Line): Promise<void> {
    const heard = new Set<string>();
    // Channels that come up meanwhile are heard too.
    for (;;) {
      const next = [...listeners.keys()].find((channel) => !heard.has(channel));
      if (next === undefined) break;
      heard.add(next);
      await made.sql`listen ${made.sql(next)}`;
    }
    if (line !== made) return;
    made.listening = true;
    made.heardAt = now();
    failures = 0;
    tellLost();
  }

  function drop(gone: Line): void {
    if (line !== gone) return;
    line = null;
    asking = null;
    void gone.sql.end({ timeout: 0 }).catch(() => undefined);
    tellLost();
    if (closed) return;
    timer = setTimeout(connect, Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS));
    timer.unref();
  }

  function ask(asked: Line): Promise<boolean> {
    asking ??= answerWithin(asked.sql`select 1`, ANSWER_MS).then((answer) => {
      const answered = answer !== null;
      if (line !== asked) return false;
      asking = null;
      if (answered) asked.heardAt = now();
      else drop(asked);
      return answered;
    });
    return asking;
  }

  return {
    on(channel, listener) {
      const known = listeners.get(channel);
      if (known === undefined) {
        listeners.set(channel, new Set([listener]));
        if (line === null) connect();
        else if (line.listening) {
          // Not sure of anything until the new channel is heard as well.
          const made = line;
          made.listening = false;
          void hear(made).catch(() => drop(made));
        }
      } else known.add(listener);
      return () => void listeners.get(channel)?.delete(listener);
    },
    onLost(listener) {
      lost.add(listener);
      return () => void lost.delete(listener);
    },
    sure() {
      if (line === null || !line.listening) return false;
      const age = now() - line.heardAt;
      if (age > SIGN_OF_LIFE_MS) return ask(line);
      if (age > SIGN_OF_LIFE_MS / 2) void ask(line);
      return true;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      const last = line;
      line = null;
      await last?.sql.end({ timeout: 1 });
    },
  };
}

function openLine(
  pool: postgres.Sql,
  on: { readonly onnotify: (channel: string, payload: string) => void; readonly onclose: () => void },
): postgres.Sql {
  // The driver takes its own parsed options again, as its `listen` does; it has no type for that, nor for onnotify.
  const options = {
    ...pool.options,
    ...on,
    max: 1,
    idle_timeout: null,
    max_lifetime: null,
    fetch_types: false,
    shared: { retries: 0, typeArrayMap: {} },
  } as unknown as postgres.Options<Record<string, never>>;
  return postgres(options);
}
