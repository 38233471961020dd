import { eq, sql } from 'drizzle-orm';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import { storeProblem } from '../store/store-problem.ts';
import { positions } from '../store/schema/executions.ts';

/** How far the sweeper has come: every execution that closed before has been seen. ms since the epoch, 0 at first. */
export interface SweeperPosition {
  load(): Promise<number>;
  /** Never goes back. */
  save(closedAtMs: number): Promise<void>;
}

const NAME = 'sweeper';

export function sweeperPosition(database: Pick<Database, 'db'>): SweeperPosition {
  return {
    async load() {
      const [row] = await read(database, (db) => db.select().from(positions).where(eq(positions.name, NAME)));
      return typeof row?.value === 'number' ? row.value : 0;
    },
    async save(closedAtMs) {
      try {
        // A mark of the sweeper's own, no change that anyone made: it has no audit record.
        await database.db
          .insert(positions)
          .values({ name: NAME, value: closedAtMs })
          .onConflictDoUpdate({
            target: positions.name,
            set: { value: closedAtMs, updatedAt: sql`now()` },
            setWhere: sql`(${positions.value} #>> '{}')::numeric < ${closedAtMs}`,
          });
      } catch (error) {
        throw storeProblem(error);
      }
    },
  };
}
