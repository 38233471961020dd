import type { Database } from '../../store/database.ts';

/** Rows of one statement: it has 15 s. */
const CHUNK = 10_000;

/**
 * Rows as the sweeper writes them, without a history: one a minute back from `newest`, over `flows` flows (`flow-0`, …), with every
 * tenth one failed and every hundredth one tagged `rare`. Partitions are made.
 */
export async function fillArchive(
  { sql }: Pick<Database, 'sql'>,
  { rows, organisation = 'default', newest, flows = 20 }: { readonly rows: number; readonly organisation?: string; readonly newest: Date; readonly flows?: number },
): Promise<void> {
  const oldest = new Date(newest.getTime() - rows * 60_000);
  const months = (newest.getUTCFullYear() - oldest.getUTCFullYear()) * 12 + newest.getUTCMonth() - oldest.getUTCMonth();
  await sql`select weir_ensure_partitions('archived_executions', ${oldest.toISOString()}::timestamptz, ${months}::int)`;
  for (let from = 1; from <= rows; from += CHUNK)
    await sql`
      insert into archived_executions
      select ${organisation}, gen_random_uuid()::text, 'flow-' || n % ${flows}::int, '1.0.' || n % 3, 'h', 'prod', 'c' || n % 5,
        case when n % 10 = 0 then 'failed' else 'completed' end, case when n % 100 = 0 then array['rare'] else array['often'] end,
        at, at, at + interval '5 seconds', 5000, null, array[gen_random_uuid()::text], '{}', 30, null,
        json_build_object('execution_id', n, 'input', repeat('x', 500)), '\\x00', at + interval '10 seconds'
      from (select n, ${newest.toISOString()}::timestamptz - n * interval '1 minute' as at from generate_series(${from}::int, ${Math.min(from + CHUNK - 1, rows)}::int) n) series`;
  await sql`analyze archived_executions`.catch(() => undefined); // the role of the application owns no table
}
