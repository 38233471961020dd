import { DrizzleQueryError } from 'drizzle-orm/errors';
import { expect, test } from 'vitest';
import { sqlState, storeProblem } from './store-problem.ts';

const failed = (code: string) =>
  new DrizzleQueryError(
    'insert into "login_attempts" values ($1)',
    ['hunter2-verifier'],
    Object.assign(new Error('refused'), { code }),
  );
const shown = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${error.stack} ${shown(error.cause)} ${JSON.stringify(error)}` : '';

test.each(['23505', 'ECONNREFUSED'])('parameters of a statement that failed with %s are told nobody', (code) => {
  const error = storeProblem(failed(code));
  expect(shown(error)).toContain('insert into');
  expect(shown(error)).not.toContain('hunter2');
  if (code === '23505') expect(sqlState(error)).toBe(code);
  else expect(error).toMatchObject({ code: 'store_unavailable' });
});
