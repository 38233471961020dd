import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './server.ts';
import { TEMPLATE_DATABASE } from './test-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's, of the PostgreSQL that all tests of a project share; for `createTestDatabase(inject('databaseUrl'))`. */
    databaseUrl: string;
  }
}

/** Nothing of a test's data is worth a disk's wait. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

/**
 * Global set-up: one temporary server with the migrated database that tests clone. DATABASE_URL is not heeded: a run
 * of tests must never write to a database that somebody uses.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string) => console.error(`postgres: ${line}`);
  const server = await startPostgres({ env: { ...process.env, DATABASE_URL: undefined }, log, settings: FAST });
  try {
    await makeTemplate(server.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide('databaseUrl', server.url);
  return server.stop;
}

async function makeTemplate(maintenanceUrl: string): Promise<void> {
  const { migrate } = await import('../src/store/migrate.ts');
  const sql = postgres(maintenanceUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql`CREATE DATABASE ${sql(TEMPLATE_DATABASE)}`;
    const url = new URL(maintenanceUrl);
    url.pathname = `/${TEMPLATE_DATABASE}`;
    await migrate(url.href);
    // A connection to the template would hinder its cloning.
    await sql`ALTER DATABASE ${sql(TEMPLATE_DATABASE)} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`;
  } finally {
    await sql.end();
  }
}
