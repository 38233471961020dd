import { sql } from 'drizzle-orm';
import type { Database, Queries } from '../store/database.ts';
import { read } from '../store/change.ts';

/** Names of the organisation's flows some version of which waits for events of this type: executions of any version may still run. */
export async function awaitingFlows(
  database: Pick<Database, 'db'>,
  organisation: string,
  type: string,
): Promise<readonly string[]> {
  const rows = await read(database, async (db: Queries) =>
    db.execute<{ name: string }>(sql`
      select distinct f.name from flow_versions v
      join flows f on f.organisation = v.organisation and f.id = v.flow_id
      where v.organisation = ${organisation} and weir_awaits(v.ir) && array[${type}, '*']::text[]`),
  );
  return rows.map(({ name }) => name);
}
