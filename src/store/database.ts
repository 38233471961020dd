import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from './schema/index.ts';

export type Schema = typeof schema;
/** A database, or a transaction of it: what queries are made on. */
export type Queries = Pick<
  PostgresJsDatabase<Schema>,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'execute' | 'query' | '$with' | 'with' | '$count'
>;

export interface Database {
  /** Queries outside of a transaction; `db.transaction` runs several as one. */
  readonly db: PostgresJsDatabase<Schema>;
  /** The driver, for LISTEN/NOTIFY and cursors. */
  readonly sql: postgres.Sql;
  /** Waits for running queries, at most 5 s. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Connections at most. Default 10. */
  readonly max?: number;
  /** Shown in pg_stat_activity. Default `weir`. */
  readonly name?: string;
  /** Role taken after connecting. Default `weir_app`, which changes no structure; null keeps that of the address (migrations, tests). */
  readonly role?: string | null;
}

/** Longest time for one statement: a query that hangs must not hold a connection, ms. */
const STATEMENT_TIMEOUT_MS = 15_000;
const IDLE_IN_TRANSACTION_MS = 15_000;

/** Opens a bounded pool. Nothing is connected before the first query; a lost connection is made anew by the next one. */
export function openDatabase({ url, max = 10, name = 'weir', role = 'weir_app' }: DatabaseOptions): Database {
  const sql = postgres(url, {
    max,
    idle_timeout: 300,
    connect_timeout: 5,
    max_lifetime: 60 * 60,
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 2),
    onnotice: () => undefined,
    connection: {
      application_name: name,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      TimeZone: 'UTC',
      ...(role !== null && { role }),
    },
  });
  return { db: drizzle(sql, { schema }), sql, close: () => sql.end({ timeout: 5 }) };
}
