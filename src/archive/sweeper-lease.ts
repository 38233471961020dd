import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';

/**
 * Says which of several sweepers works now, so that they don't read the same histories. What counts once does so without it: it is
 * a saving, no lock. (A lock of a session would need a connection of its own, and would not outlive it.)
 */
export interface SweeperLease {
  /** Takes it, or keeps it; false while another sweeper has it. */
  take(): Promise<boolean>;
  release(): Promise<void>;
}

const NAME = 'sweeper lease';

/** `ms`: how long it holds without being taken again; then whoever held it is taken for dead. */
export function sweeperLease(database: Pick<Database, 'db'>, ms: number): SweeperLease {
  const holder = randomUUID();
  return {
    async take() {
      const rows = await read(database, (db) =>
        db.execute(sql`
          insert into positions (name, value) values (${NAME}, ${JSON.stringify(holder)}::jsonb)
          on conflict (name) do update set value = excluded.value, updated_at = now()
          where positions.value = excluded.value or positions.updated_at < now() - ${ms} * interval '1 millisecond'
          returning name`),
      );
      return rows.length > 0;
    },
    async release() {
      await read(database, (db) =>
        db.execute(sql`delete from positions where name = ${NAME} and value = ${JSON.stringify(holder)}::jsonb`),
      );
    },
  };
}
