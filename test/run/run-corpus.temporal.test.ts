import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { comparable, loadRunCases, runCase } from './corpus.ts';
import { TemporalWiring } from './temporal-wiring.ts';

// One corpus, three wirings: virtual time, Temporal, and the history that Temporal kept. Same results, same traces.
const CASES = loadRunCases();
// The order of what lies 100 ms apart in the script is that of the machine when it stalls longer. A real difference shows
// every time.
const NOISE = { retry: 2 } as const;
let wiring: TemporalWiring;
beforeAll(async () => {
  wiring = await TemporalWiring.start(inject('temporalAddress'), { taskQueue: `run-corpus-${process.pid}` });
});
afterAll(() => wiring.stop());

describe('the run corpus', () => {
  it.concurrent.each(CASES.map((one) => [one.name, one] as const))('%s', NOISE, async (_name, one) => {
    const virtual = await runCase(one); // what it gives is held to the case by run-corpus.test.ts
    if (one.virtual_only !== undefined) return;
    const real = await wiring.run(one, `corpus-${one.name}-${process.pid}`);
    expect(pick(real.outcome)).toMatchObject(comparableOutcome(virtual));
    expect(pick(real.reader)).toMatchObject(comparableOutcome(virtual));
    expect(comparable(real.reader.trace)).toEqual(comparable(virtual.trace));
  });
});

const pick = ({ status, output, error }: { status: unknown; output: unknown; error: unknown }) => ({
  status,
  output,
  error,
});
/** Messages name milliseconds and instants; codes don't. */
const comparableOutcome = ({
  status,
  output,
  error,
}: {
  status: unknown;
  output: unknown;
  error: { code: string } | null;
}) => ({ status, output, error: error === null ? null : { code: error.code } });
