import { parseDuration } from '../dsl/expressions/index.ts';
import { Problem } from '../problems/problem.ts';

/** RFC 3339, or only its date. Date.parse() alone would take `0.5` for a day of the year 2000. */
const INSTANT = /^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?)?$/;

/**
 * The instant that a parameter names: RFC 3339, or a duration back from now, `24h`. What lies before 1970 counts as 1970, which
 * Temporal and PostgreSQL both know. Throws invalid_request.
 */
export function instantOf(text: string, now: number, parameter: string): Date {
  const back = parseDuration(text);
  const at = back !== null ? now - back : INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new Problem(
      'invalid_request',
      `\`${parameter}\` is an instant such as 2026-01-31T12:00:00Z, or a duration such as 24h.`,
    );
  return new Date(Math.max(0, at));
}
