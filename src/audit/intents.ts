import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../dsl/ir/json.ts';
import { Problem } from '../problems/problem.ts';
import type { Database } from '../store/database.ts';
import { noteIntent } from '../store/request-claim.ts';
import { storeProblem } from '../store/store-problem.ts';
import type { AuditContext, AuditEntry } from './entry.ts';
import { type IntentLine, writeIntents } from './write-intents.ts';

/** Something about to be done in Temporal. Its record is in the chain. */
export interface OpenIntent {
  readonly id: string;
  readonly context: Pick<AuditContext, 'principal' | 'requestId'>;
  readonly entry: AuditEntry;
}
/** `entry` of audit_intents. */
export type StoredIntent = Omit<OpenIntent, 'id'>;

export type IntentOutcome = 'success' | 'failure' | 'unknown';

/**
 * Intents of a process. Those of concurrent requests are committed together: while one batch is written, the next one collects. One
 * that was not settled (a crash, an answer that never came) is left to the reconciler.
 */
export interface Intents {
  /** Resolves when the record is durable. Throws store_unavailable, before anything was done. */
  open(context: AuditContext, entry: AuditEntry): Promise<OpenIntent>;
  /** Queues the record of how it ended: durable within about 100 ms, or when PostgreSQL is back. */
  settle(intent: OpenIntent, outcome: IntentOutcome, details?: JsonObject): void;
  /** Resolves when everything queued was written, or was tried in vain. */
  flush(): Promise<void>;
  /** Flushes, and takes no more. */
  close(): Promise<void>;
}

const MAX_BATCH = 500;
/** Outcomes kept while PostgreSQL is away; more are left to the reconciler. */
const MAX_OUTCOMES = 10_000;
const OUTCOME_DELAY_MS = 100;
const RETRY_MS = 1_000;
/** Longest that a request waits for its intent. */
const OPEN_TIMEOUT_MS = 8_000;
const WRITE_TIMEOUT_MS = 20_000;

interface Opening {
  readonly line: IntentLine;
  readonly done: (error: unknown) => void;
}

export function createIntents(options: {
  readonly database: Pick<Database, 'sql'>;
  /** ms since the epoch. Default: the clock. */
  readonly now?: () => number;
}): Intents {
  const { database, now = Date.now } = options;
  let openings: Opening[] = [];
  let outcomes: IntentLine[] = [];
  let writing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  function start(): Promise<void> {
    return (writing ??= run().finally(() => {
      writing = null;
      if (openings.length > 0) void start(); // came while the last batch ended
    }));
  }
  function startLater(ms: number): void {
    if (closed) return;
    timer ??= setTimeout(() => {
      timer = null;
      void start();
    }, ms);
  }

  async function run(): Promise<void> {
    while (openings.length + outcomes.length > 0) {
      const opening = openings.slice(0, MAX_BATCH);
      openings = openings.slice(MAX_BATCH);
      const ending = outcomes.slice(0, MAX_BATCH);
      outcomes = outcomes.slice(MAX_BATCH);
      const error = await write(opening, ending);
      if (error === null) continue;
      if (outcomes.length + ending.length <= MAX_OUTCOMES) outcomes = [...ending, ...outcomes];
      if (openings.length === 0) return startLater(RETRY_MS);
    }
  }

  /** Gives the error where the store is away. What it refuses for another reason fails alone. */
  async function write(opening: readonly Opening[], ending: readonly IntentLine[]): Promise<unknown> {
    const lines = [...opening.map(({ line }) => line), ...ending];
    try {
      await bounded(writeIntents(database, lines), WRITE_TIMEOUT_MS);
      for (const { done } of opening) done(null);
      return null;
    } catch (cause) {
      const error = storeProblem(cause);
      if (error instanceof Problem || lines.length === 1) {
        for (const { done } of opening) done(error);
        return error instanceof Problem ? error : null;
      }
    }
    for (const one of opening) await write([one], []);
    for (const one of ending) await write([], [one]);
    return null;
  }

  return {
    async open(context, entry) {
      if (closed) throw away('This server is about to stop.');
      if (context.claim?.over === false) await noteIntent(database, context.claim);
      const intent: OpenIntent = { id: randomUUID(), context: contextOf(context), entry };
      const line: IntentLine = { kind: 'open', intent, now: context.now };
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(
          () => reject(away('The database does not answer. Nothing was changed.')),
          OPEN_TIMEOUT_MS,
        );
        const done = (error: unknown): void => {
          clearTimeout(late);
          if (error === null) resolve();
          else reject(error instanceof Error ? error : new Error(String(error)));
        };
        openings.push({ line, done });
        void start();
      });
      return intent;
    },
    settle(intent, outcome, details) {
      if (outcomes.length >= MAX_OUTCOMES) return;
      outcomes.push({ kind: 'settle', intent, now: now(), outcome, ...(details !== undefined && { details }) });
      startLater(OUTCOME_DELAY_MS);
    },
    flush,
    async close() {
      closed = true;
      await flush();
    },
  };

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    await writing;
    await start();
  }
}

/** What is kept with an intent; neither grants nor the request's claim on its key. */
function contextOf({ principal: { kind, id, name, organisation }, requestId }: AuditContext): OpenIntent['context'] {
  return { principal: { kind, id, name, organisation }, requestId };
}

function away(detail: string): Problem {
  return new Problem('store_unavailable', detail);
}

async function bounded(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(away('The database does not answer.')), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
