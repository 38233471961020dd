import { createHash, randomUUID } from 'node:crypto';
import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Principal } from '../auth/principal.ts';
import { Problem } from '../problems/problem.ts';
import { read } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { claimed, type RequestClaim } from '../store/request-claim.ts';
import { idempotencyKeys } from '../store/schema/requests.ts';
import type { ApiDeps } from './deps.ts';

export interface KeyedRequest {
  readonly principal: Principal;
  readonly key: string;
  /** Method, path and query. */
  readonly operation: string;
  readonly body: Uint8Array;
  /** Its answer holds what is shown once, and is not kept. */
  readonly secretAnswer: boolean;
}

/** Runs a request once for each key of a caller, and gives the first answer again to repeats. */
export interface Idempotency {
  /**
   * Throws idempotency_conflict for another request with the key, idempotency_in_progress while the first is under way,
   * answer_not_kept when it took effect and its answer is not there. Refusals and failures free the key.
   */
  readonly run: (request: KeyedRequest, handle: (claim: RequestClaim) => Promise<Response>) => Promise<Response>;
}

export interface IdempotencyOptions {
  readonly database: Pick<Database, 'db'>;
  readonly log?: ApiDeps['log'];
  /** How long a request that neither ended nor took effect keeps its key, ms. Default 60,000: then its process is taken for dead. */
  readonly leaseMs?: number;
  /** How long answers are kept, ms. Default 24 h. */
  readonly keepMs?: number;
}

const KEPT_HEADERS = ['content-type', 'location', 'etag'] as const;
const MAX_KEPT_BYTES = 1024 * 1024;
const SWEEP_MS = 60 * 60_000;

export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { database, log, leaseMs = 60_000, keepMs = 24 * 60 * 60_000 } = options;
  let sweptAt = 0;
  return {
    async run(request, handle) {
      const mine = newClaim(request);
      const first = await read(database, (db) => claim(db, request, mine, { leaseMs, keepMs }));
      if (first !== null) return first;
      let response: Response;
      try {
        response = await handle(mine);
        mine.over = true;
      } catch (error) {
        mine.over = true;
        // A change that nobody has an answer to may be made yet: then the key stays taken.
        const unknown = error instanceof Problem && error.code === 'store_unavailable';
        const mayFree = unknown ? and(claimed(mine), eq(idempotencyKeys.effect, false)) : claimed(mine);
        await attempt('freed', (db) => db.delete(idempotencyKeys).where(mayFree));
        throw error;
      }
      if (!response.ok) await attempt('freed', (db) => db.delete(idempotencyKeys).where(claimed(mine)));
      else {
        const kept = await keptAnswer(response, request.secretAnswer);
        await attempt('kept', (db) => db.update(idempotencyKeys).set(kept.row).where(claimed(mine)));
        response = kept.response;
      }
      if (Date.now() - sweptAt > SWEEP_MS) {
        sweptAt = Date.now();
        await attempt('swept', (db) => db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, ago(keepMs))));
      }
      return response;
    },
  };

  /** The request has its answer already: a database that went away in between must not take it back. */
  async function attempt(what: string, query: (db: Queries) => Promise<unknown>): Promise<void> {
    await read(database, query).catch((error: unknown) =>
      log?.('warn', `an idempotency key could not be ${what}`, { error }),
    );
  }
}

const newClaim = ({ principal, key }: KeyedRequest): RequestClaim => ({
  organisation: principal.organisation,
  actor: principal.id,
  key,
  attempt: randomUUID(),
  over: false,
});

const ago = (ms: number) => sql`now() - make_interval(secs => ${ms / 1_000})`;

/** Takes the key: null, the request is to be run. Else the first answer. */
async function claim(
  db: Queries,
  { operation, body }: KeyedRequest,
  mine: RequestClaim,
  { leaseMs, keepMs }: { readonly leaseMs: number; readonly keepMs: number },
): Promise<Response | null> {
  const bodyHash = createHash('sha256').update(body).digest('base64url');
  // What is found can be freed, or taken over, before it is looked at or changed: then once more.
  for (let round = 0; round < 5; round++) {
    const inserted = await db
      .insert(idempotencyKeys)
      .values({
        organisation: mine.organisation,
        actor: mine.actor,
        key: mine.key,
        attempt: mine.attempt,
        operation,
        bodyHash,
      })
      .onConflictDoNothing()
      .returning({ attempt: idempotencyKeys.attempt });
    if (inserted.length > 0) return null;
    const [found] = await db
      .select({
        attempt: idempotencyKeys.attempt,
        operation: idempotencyKeys.operation,
        bodyHash: idempotencyKeys.bodyHash,
        effect: idempotencyKeys.effect,
        status: idempotencyKeys.status,
        headers: idempotencyKeys.headers,
        body: idempotencyKeys.body,
        leased: sql<boolean>`${idempotencyKeys.claimedAt} > ${ago(leaseMs)}`,
        outdated: sql<boolean>`${idempotencyKeys.createdAt} <= ${ago(keepMs)}`,
      })
      .from(idempotencyKeys)
      .where(
        and(
          eq(idempotencyKeys.organisation, mine.organisation),
          eq(idempotencyKeys.actor, mine.actor),
          eq(idempotencyKeys.key, mine.key),
        ),
      );
    if (found === undefined) continue;
    const theirs = { ...mine, attempt: found.attempt };
    if (found.outdated) {
      await db.delete(idempotencyKeys).where(claimed(theirs));
      continue;
    }
    if (found.operation !== operation || found.bodyHash !== bodyHash)
      throw new Problem('idempotency_conflict', `The key was first used for ${found.operation}, or with another body.`);
    if (found.status !== null) return replay(found.status, found.headers, found.body);
    if (found.leased) throw new Problem('idempotency_in_progress', 'The first request with this key is under way.');
    if (found.effect) throw notKept('took effect, or may have: the server ended before it could keep the answer.');
    const taken = await db
      .update(idempotencyKeys)
      .set({ attempt: mine.attempt, claimedAt: sql`now()` })
      .where(and(claimed(theirs), eq(idempotencyKeys.effect, false), isNull(idempotencyKeys.status)))
      .returning({ attempt: idempotencyKeys.attempt });
    if (taken.length > 0) return null;
  }
  throw new Problem('idempotency_in_progress', 'Several requests with this key are under way.');
}

function replay(status: number, headers: Readonly<Record<string, string>> | null, body: string | null): Response {
  if (body === null && status !== 204)
    throw notKept('took effect; its answer held a secret that is shown once, or was too large to keep.');
  return new Response(body, { status, headers: { ...headers, 'idempotent-replayed': 'true' } });
}

const notKept = (why: string): Problem => new Problem('answer_not_kept', `The first request with this key ${why}`);

async function keptAnswer(response: Response, secret: boolean) {
  const text = response.status === 204 ? null : await response.text();
  const kept = secret || (text !== null && Buffer.byteLength(text) > MAX_KEPT_BYTES) ? null : text;
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null && !secret) headers[name] = value;
  }
  return {
    row: { status: response.status, headers, body: kept },
    response: new Response(text, { status: response.status, headers: response.headers }),
  };
}
