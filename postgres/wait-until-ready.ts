import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';

const POLL_MS = 25;
/** Wrong password: waiting doesn't help. */
const FINAL = new Set(['28P01', '28000']);
const DUPLICATE_DATABASE = '42P04';

export interface ReadyOptions {
  readonly timeoutMs: number;
  /** Ends the waiting early, with the last reason. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when the server answers, after making the database of `url` if it is missing. `url` is a superuser's.
 * Rejects with the last reason when time is up, and at once for a wrong password.
 */
export async function waitUntilReady(url: string, { timeoutMs, signal }: ReadyOptions): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await ensureDatabase(url);
    } catch (error) {
      const code = codeOf(error);
      if (FINAL.has(code)) throw new Error(`PostgreSQL refuses the password that Weir keeps`, { cause: error });
      if (signal.aborted || Date.now() > deadline) {
        throw new Error(`PostgreSQL was not ready within ${timeoutMs / 1000} s`, { cause: error });
      }
      await sleep(POLL_MS);
    }
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const sql = postgres(url, { database: 'postgres', max: 1, connect_timeout: 5, onnotice: () => undefined });
  try {
    const found = await sql`SELECT 1 FROM pg_database WHERE datname = ${name}`;
    if (found.length === 0) await sql`CREATE DATABASE ${sql(name)}`.catch(ignoreDuplicate);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function ignoreDuplicate(error: unknown): void {
  if (codeOf(error) !== DUPLICATE_DATABASE) throw error;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
