import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './ask.ts';
import { reasonOf } from './ask.ts';

const PAUSE_MS = 50;
const GIVE_UP_MS = 60_000;

/** What a client that never gives up saw until it had its answer. */
export interface KeyedStart {
  readonly key: string;
  readonly executionId: string;
  /** Answers and reasons for none, before the one that counted. */
  readonly before: readonly string[];
}

/**
 * Starts with an idempotency key, and asks the next server the same again until one has taken it. Throws for a refusal that
 * asking again would not mend.
 */
export async function keyedStart(
  key: string,
  servers: readonly ((key: string) => Promise<Answer>)[],
  first: number,
): Promise<KeyedStart> {
  const before: string[] = [];
  const from = performance.now();
  for (let n = first; performance.now() - from < GIVE_UP_MS; n++) {
    const ask = servers[n % servers.length];
    if (ask === undefined) throw new Error('there is no server to ask');
    try {
      const { status, body } = await ask(key);
      if (status === 202) return { key, executionId: body.execution_id, before };
      before.push(`${status} ${body?.code}`);
      if (status !== 503) throw new Error(`${key} was refused: ${before.join(', ')}`);
    } catch (error) {
      const reason = reasonOf(error);
      if (!NO_ANSWER.has(reason)) throw error;
      before.push(reason);
    }
    await sleep(PAUSE_MS);
  }
  throw new Error(`${key} has no answer: ${before.join(', ')}`);
}

/** Nobody there; and there, but gone before it answered. */
const NO_ANSWER = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);
