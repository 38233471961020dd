import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, reasonOf } from './ask.ts';

/** A question as it was asked under load. Times by `performance.now()`. */
export interface Asked {
  readonly kind: string;
  /** What it was about: the caller's own number or name. */
  readonly about: string;
  readonly sentAt: number;
  readonly endedAt: number;
  /** Null: there was none. */
  readonly answer: Answer | null;
  /** Why there was no answer. */
  readonly reason: string | null;
}

export interface Load {
  readonly asked: readonly Asked[];
  /** Takes no more turns; resolves when every question has ended. Throws what a turn threw. */
  readonly stop: () => Promise<void>;
}

/** Asks, and notes what came. Never rejects. */
export type Note = (kind: string, about: string, question: () => Promise<Answer>) => Promise<Answer | null>;

const BETWEEN_MS = 25;

export type Turn = (n: number, note: Note) => Promise<unknown>;

/**
 * A lane for each entry, taking one turn after another until all are stopped: what is slow in one does not keep the others. A turn is
 * given a number that no other turn has.
 */
export function startLoad(turns: readonly Turn[]): Load {
  const asked: Asked[] = [];
  let stopped = false;
  const note: Note = async (kind, about, question) => {
    const sentAt = performance.now();
    let answer: Answer | null = null;
    let reason: string | null = null;
    try {
      answer = await question();
    } catch (error) {
      reason = reasonOf(error);
    }
    asked.push({ kind, about, sentAt, endedAt: performance.now(), answer, reason });
    return answer;
  };
  const running = turns.map(async (turn, lane) => {
    for (let n = lane; !stopped; n += turns.length) {
      await turn(n, note);
      await sleep(BETWEEN_MS);
    }
  });
  return {
    asked,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}

/** What of them was taken: answered 2xx. */
export const accepted = (asked: readonly Asked[], kind: string): readonly Asked[] =>
  asked.filter((one) => one.kind === kind && one.answer !== null && one.answer.status < 300);

/** How often each kind got each answer, to be looked at and compared: `start 202`, `start ECONNREFUSED`. */
export function summary(asked: readonly Asked[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind, answer, reason } of asked) {
    const name = `${kind} ${answer?.status ?? reason}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
