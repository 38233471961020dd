import { and, eq } from 'drizzle-orm';
import { Problem } from '../problems/problem.ts';
import type { Database, Queries } from './database.ts';
import { idempotencyKeys } from './schema/requests.ts';
import { storeProblem } from './store-problem.ts';

/** A request's hold on its idempotency key. */
export interface RequestClaim {
  readonly organisation: string;
  readonly actor: string;
  readonly key: string;
  /** Differs each time that the request is run; who took the claim over has another one. */
  readonly attempt: string;
  /** The request was answered: what goes on in its name is no longer bound to the key. */
  over: boolean;
}

/** The row that this attempt holds. */
export const claimed = (claim: RequestClaim) =>
  and(
    eq(idempotencyKeys.organisation, claim.organisation),
    eq(idempotencyKeys.actor, claim.actor),
    eq(idempotencyKeys.key, claim.key),
    eq(idempotencyKeys.attempt, claim.attempt),
  );

/**
 * Notes within the transaction of a change that the request took effect, so that both are there or neither. Throws
 * idempotency_in_progress when a repeat took over meanwhile: the change of the slower one is undone.
 */
export async function noteEffect(tx: Queries, claim: RequestClaim): Promise<void> {
  const noted = await tx
    .update(idempotencyKeys)
    .set({ effect: true })
    .where(claimed(claim))
    .returning({ key: idempotencyKeys.key });
  if (noted.length === 0) throw takenOver();
}

/**
 * Notes that the request is about to take effect outside of the database, where nothing commits with it: should this process
 * die now, a repeat is told that it may have. Throws idempotency_in_progress when a repeat took over, store_unavailable.
 */
export async function noteIntent({ sql }: Pick<Database, 'sql'>, claim: RequestClaim): Promise<void> {
  const noted = await sql`
    update idempotency_keys set effect = true
    where organisation = ${claim.organisation} and actor = ${claim.actor} and key = ${claim.key} and attempt = ${claim.attempt}
    returning 1`.catch((error: unknown) => {
    throw storeProblem(error);
  });
  if (noted.length === 0) throw takenOver();
}

const takenOver = (): Problem =>
  new Problem('idempotency_in_progress', 'A repeat of this request with the same key has taken over.');
