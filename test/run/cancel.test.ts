import { describe, expect, it } from 'vitest';
import type { StepIr } from '../../src/dsl/ir/step.ts';
import type { FlowIr } from '../../src/dsl/ir/flow.ts';
import { withInner } from '../../src/workflows/interpreter/static-tree.ts';
import { loadRunCases, runCase } from './corpus.ts';

// A cancellation at every instant at which anything happens, just before it and just after it, over the whole corpus.
const CASES = loadRunCases().map((one) => [one.name, one] as const);

/** Keys of the steps that may start after a cancellation. */
function cleanUpOf(flow: FlowIr): ReadonlySet<string> {
  const own = (step: StepIr): readonly StepIr[] => [...(step.finally ?? []), ...(step.compensate ?? [])];
  const all = withInner([
    ...flow.steps,
    ...(flow.onError ?? []).flatMap((handler) => handler.do),
    ...(flow.finally ?? []),
  ]);
  return new Set(withInner([...(flow.finally ?? []), ...all.flatMap(own)]).map((step) => step.key));
}
const keyOf = (address: string): string => address.slice(address.lastIndexOf('.') + 1);

describe('cancelling at every instant', () => {
  it.each(CASES)('%s', async (_name, one) => {
    const whole = await runCase(one);
    const start = whole.trace[0]?.at ?? 0;
    const instants = new Set(whole.trace.flatMap((event) => [event.at - start, event.at - start + 1]));
    const cleanUp = cleanUpOf(one.flow);
    for (const at of instants) {
      const { status, trace, stuck } = await runCase(one, {
        script: [{ at, do: { kind: 'cancel' } }, ...(one.script ?? []).filter((event) => event.at <= at)],
      });
      const when = `cancelled at ${at} ms`;
      const from = trace.findIndex((event) => event.type === 'execution.cancelling');
      expect(stuck, when).toBe(false);
      expect(status, when).toBe(from < 0 ? status : 'cancelled');
      if (from < 0) expect(['completed', 'failed', 'timed_out', 'cancelled'], when).toContain(status); // it was ending already
      const after =
        from < 0 ? [] : trace.slice(from).flatMap((event) => (event.type === 'step.started' ? [event.step] : []));
      expect(
        after.filter((step) => !cleanUp.has(keyOf(step))),
        when,
      ).toEqual([]);
      const last = one.flow.finally?.filter((step) => step.if === undefined) ?? [];
      if (from >= 0 && last[0] !== undefined)
        expect(
          after.filter((step) => step === last[0]?.key),
          when,
        ).toHaveLength(1);
      expect(
        trace.filter((event) => event.type.startsWith('execution.') && event === trace.at(-1)),
        when,
      ).toHaveLength(1);
    }
  });
});
