import { DrizzleQueryError } from 'drizzle-orm/errors';
import { expect, test } from 'vitest';
import { createProcessLog } from './process-log.ts';

test('parameters of a statement that failed are not logged', () => {
  const failed = new DrizzleQueryError('insert into "sessions" values ($1)', ['hunter2'], new Error('refused'));
  const lines: string[] = [];
  const { logLine } = createProcessLog((line) => lines.push(line));
  logLine('error', 'it failed', { error: failed });
  logLine('error', 'it failed', { error: new Error('around it', { cause: failed }) });
  expect(lines.every((line) => line.includes('insert into'))).toBe(true);
  expect(lines.join()).not.toContain('hunter2');
});
