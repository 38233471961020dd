import { DrizzleQueryError } from 'drizzle-orm/errors';
import { Problem } from '../problems/problem.ts';

/** The driver's own codes, the system's, and SQLSTATE classes that mean "not now". */
const AWAY = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);
const AWAY_STATES = /^(08|57P|53|55P03|57014|25P03)/;

/** A `store_unavailable` problem where the database is away or overloaded; anything else as it is, without parameters. Drizzle's wrapping is looked through. */
export function storeProblem(thrown: unknown): unknown {
  if (thrown instanceof Problem) return thrown;
  const error = withoutParameters(thrown);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : '';
    if (AWAY.has(code) || AWAY_STATES.test(code))
      return new Problem(
        'store_unavailable',
        'The database does not answer. A change is there whole or not at all: send it again.',
        { cause: error },
      );
  }
  return error;
}

/** SQLSTATE of the database's own error, looked for through wrappers; null for other errors. `23505`: unique violation. */
export function sqlState(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && typeof cause.code === 'string' && /^[0-9A-Z]{5}$/.test(cause.code)) return cause.code;
  return null;
}

/** What a statement was refused with. */
class StatementFailed extends Error {
  override readonly name = 'StatementFailed';
}

/**
 * Drizzle writes the parameters of a statement that failed into its message: hashes of credentials, codes of logins, events, kept
 * answers. They belong neither into a log nor, by an activity's failure, into a history. The statement itself and the cause are kept.
 */
export function withoutParameters(error: unknown): unknown {
  if (!(error instanceof DrizzleQueryError)) return error;
  const failed = new StatementFailed(`A statement failed: ${error.query.slice(0, 1_000)}`, { cause: error.cause });
  // Where it was sent from; the first lines are the message.
  const [, ...trace] = (error.stack ?? '').split(/\n(?= {4}at )/);
  failed.stack = [`${failed.name}: ${failed.message}`, ...trace].join('\n');
  return failed;
}
