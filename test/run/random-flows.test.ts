import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FlowIr } from '../../src/dsl/ir/flow.ts';
import { truncateMemo } from '../../src/workflows/interpreter/truncate-memo.ts';
import { comparable, compileDemo, completedCalls } from './corpus.ts';
import { counted, ending } from './counted.ts';
import { randomFlow } from './random-flow.ts';

// Flows that nobody would write. A plain Error anywhere in the interpreter rejects the run, and fails the test.
const TIMEOUT_MS = 60_000;
const RUNS = { numRuns: 100, seed: 20260101, endOnFailure: true };

/** The flow, or a reason for the next one: some have more steps than a flow may. */
function compiled(source: string): { flow: FlowIr; flows: Record<string, FlowIr> } {
  try {
    return { flow: compileDemo(source), flows: {} };
  } catch (error) {
    if (error instanceof Error && error.message.includes('WEIR1009')) fc.pre(false);
    throw error;
  }
}
/** A few of 0 … count - 1, spread evenly. */
const some = (count: number, atMost: number): readonly number[] =>
  Array.from({ length: Math.min(count, atMost) }, (_, i) => Math.floor((i * count) / Math.min(count, atMost)));

it(
  'runs the same twice',
  async () => {
    await fc.assert(
      fc.asyncProperty(randomFlow, async (source) => {
        const one = compiled(source);
        const [first, second] = [await counted(one), await counted(one)];
        expect(second.result.trace).toEqual(first.result.trace);
        expect(first.result.stuck).toBe(false);
        expect(comparable(first.result.trace).at(-1)).toBe(`execution.${first.result.status}`);
      }),
      RUNS,
    );
  },
  TIMEOUT_MS,
);

it(
  'ends the same when it continues as new',
  async () => {
    await fc.assert(
      fc.asyncProperty(randomFlow, async (source) => {
        const one = compiled(source);
        const whole = await counted(one);
        for (const at of some(whole.gates, 12)) {
          const parted = await counted(one, { at, how: 'advised' });
          const when = `handed over at gate ${at}`;
          expect(ending(parted.result), when).toEqual(ending(whole.result));
          expect([...parted.calls].sort(), when).toEqual([...whole.calls].sort());
          expect(completedCalls(parted.result.trace), when).toEqual(completedCalls(whole.result.trace));
        }
      }),
      RUNS,
    );
  },
  TIMEOUT_MS,
);

it(
  'makes no call again that was made before the step that it goes back to',
  async () => {
    await fc.assert(
      fc.asyncProperty(randomFlow, async (source) => {
        const one = compiled(source);
        const { memo } = (await counted(one)).result;
        const addresses = Object.keys(memo.steps);
        for (const index of some(addresses.length, 12)) {
          const to = addresses[index] ?? '';
          const start = memo.steps[to]?.start ?? 0;
          const again = await counted(one, null, { memo: truncateMemo(memo, to, { flow: one.flow }) });
          const before = new Set(
            Object.entries(memo.steps).flatMap(([address, { end, status }]) =>
              end !== undefined && end < start && status !== 'cancelled' ? [address] : [],
            ),
          );
          expect(
            again.calls.filter((step) => before.has(step)),
            `back to ${to}`,
          ).toEqual([]);
          expect(again.result.stuck).toBe(false);
        }
      }),
      RUNS,
    );
  },
  TIMEOUT_MS,
);

it(
  'runs its finally once when it is cancelled',
  async () => {
    await fc.assert(
      fc.asyncProperty(randomFlow, fc.integer({ min: 0, max: 30_000_000 }), async (source, at) => {
        const one = compiled(source);
        const { result } = await counted(one, null, { script: [{ at, do: { kind: 'cancel' } }] });
        const from = result.trace.findIndex((event) => event.type === 'execution.cancelling');
        if (from >= 0) expect(result.status).toBe('cancelled');
        expect(result.trace.filter((event) => event.type === 'step.started' && event.step === 'last')).toHaveLength(1);
      }),
      RUNS,
    );
  },
  TIMEOUT_MS,
);
