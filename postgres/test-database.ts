import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';

/** Has the tables of Weir and no rows; made by the global set-up. */
export const TEMPLATE_DATABASE = 'weir_template';

export interface TestDatabase {
  /** A superuser's, of this database alone. */
  readonly url: string;
  /** Removes it, also from under connections that were left open. Safe to call twice. */
  readonly drop: () => Promise<void>;
}

const ATTEMPTS = 40;
const PAUSE_MS = 50;
/** "source database is being accessed by other users", and no connection left: both pass. */
const PASSING = new Set(['55006', '53300']);

/**
 * A migrated database for one test: a clone of the template on the server of `maintenanceUrl`.
 * @example const database = await createTestDatabase(inject('databaseUrl'));
 */
export async function createTestDatabase(maintenanceUrl: string): Promise<TestDatabase> {
  const name = `weir_test_${randomBytes(8).toString('hex')}`;
  await maintain(maintenanceUrl, (sql) => sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(TEMPLATE_DATABASE)}`);
  const url = new URL(maintenanceUrl);
  url.pathname = `/${name}`;
  const drop = () => maintain(maintenanceUrl, (sql) => sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`);
  return { url: url.href, drop };
}

async function maintain(url: string, statement: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const sql = postgres(url, { max: 1, onnotice: () => undefined });
    try {
      await statement(sql);
      return;
    } catch (error) {
      const passing = error instanceof postgres.PostgresError && PASSING.has(error.code);
      if (!passing || attempt === ATTEMPTS) throw error;
    } finally {
      await sql.end({ timeout: 5 });
    }
    await sleep(PAUSE_MS);
  }
}
