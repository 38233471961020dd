import { sql } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import { storeProblem } from '../store/store-problem.ts';

const BATCH = 1_000;

/**
 * Deletes delivered events that came more than `days` ago (default 30), of all organisations; gives how many. Until then the same
 * source and id count once. A thousand a statement, so that nothing is locked for long. Throws store_unavailable.
 */
export async function purgeEvents(
  { db }: Pick<Database, 'db'>,
  { days = 30 }: { readonly days?: number } = {},
): Promise<number> {
  let deleted = 0;
  try {
    for (;;) {
      const { count } = await db.execute(sql`
        delete from events where (organisation, id) in (
          select organisation, id from events
          where processed_at is not null and received_at < now() - make_interval(days => ${days})
          limit ${BATCH} for update skip locked)`);
      deleted += count;
      if (count < BATCH) return deleted;
    }
  } catch (error) {
    throw storeProblem(error);
  }
}
