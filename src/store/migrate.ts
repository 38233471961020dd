import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

const HERE = dirname(fileURLToPath(import.meta.url));
/** Beside this file in the sources; beside the chunks in a build. */
const FOLDER = ['migrations', '../migrations'].map((place) => join(HERE, place)).find((place) => existsSync(place));
/** Key of the advisory lock, any constant: `weir` in ASCII. */
const LOCK = 0x77656972;
const OLDEST = 15;

/**
 * Brings the database to the schema of this release. Migrations are append-only; processes that boot together take turns
 * under an advisory lock. Throws when PostgreSQL is older than 15 or can't be reached.
 */
export async function migrate(url: string): Promise<void> {
  if (FOLDER === undefined) throw new Error('this installation has no migrations: build it again');
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    onnotice: () => undefined,
    connection: { application_name: 'weir migrate', TimeZone: 'UTC' },
  });
  try {
    const [version] = await sql<{ number: number }[]>`select current_setting('server_version_num')::int as number`;
    if (version !== undefined && version.number < OLDEST * 10_000)
      throw new Error(`PostgreSQL ${OLDEST} or newer is needed; this is ${Math.floor(version.number / 10_000)}.`);
    await sql`select pg_advisory_lock(${LOCK})`;
    try {
      await applyMigrations(drizzle(sql), { migrationsFolder: FOLDER });
      // For pendingMigrations().
      await sql`grant usage on schema drizzle to weir_app`;
      await sql`grant select on drizzle.__drizzle_migrations to weir_app`;
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`;
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** How many migrations of this release the database lacks. Rejects when PostgreSQL is away. */
export async function pendingMigrations({ sql }: { readonly sql: postgres.Sql }): Promise<number> {
  if (FOLDER === undefined) throw new Error('this installation has no migrations: build it again');
  const { entries } = JSON.parse(await readFile(join(FOLDER, 'meta', '_journal.json'), 'utf8')) as {
    readonly entries: readonly { readonly when: number }[];
  }; // drizzle's own format
  const [last] = await sql<{ at: string | null }[]>`select max(created_at) as at from drizzle.__drizzle_migrations`;
  return entries.filter(({ when }) => when > Number(last?.at ?? 0)).length;
}
