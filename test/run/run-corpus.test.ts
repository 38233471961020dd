import { describe, expect, it } from 'vitest';
import { completedCalls, loadRunCases, runCase } from './corpus.ts';

// The corpus in virtual time alone: milliseconds, no server. run-corpus.temporal.test.ts holds the other wirings to it.
describe('the run corpus in virtual time', () => {
  it.each(loadRunCases().map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const { status, output, error, trace, elapsedMs } = await runCase(one);
    expect(
      { status, ...(one.expect.error !== undefined && { error }) },
      `${one.title}\n${JSON.stringify({ output, error }, null, 1)}`,
    ).toMatchObject(
      one.expect.error === undefined
        ? { status: one.expect.status }
        : { status: one.expect.status, error: one.expect.error },
    );
    if (one.expect.output !== undefined) expect(output).toEqual(one.expect.output);
    if (one.expect.completed !== undefined) expect(completedCalls(trace)).toEqual(one.expect.completed);
    if (one.expect.elapsed !== undefined) expect(elapsedMs).toBe(one.expect.elapsed);
  });
});
