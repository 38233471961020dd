import { describe, expect, it } from 'vitest';
import type { StepEntry } from '../../src/workflows/interpreter/memo.ts';
import { stepsByKey } from '../../src/workflows/interpreter/static-tree.ts';
import { truncateMemo } from '../../src/workflows/interpreter/truncate-memo.ts';
import { completedCalls, loadRunCases } from './corpus.ts';
import { counted, ending } from './counted.ts';

// What the memo promises, over every case of the corpus: a run goes on from it at any gate, and back to before any step.
const CASES = loadRunCases().map((one) => [one.name, one] as const);
/** More gates than any case has. */
const MAX_GATES = 400;

/** Cases whose outcome is a race between a call and what starts beside it: `must` holds the latter back until the call has ended. */
const RACES = new Set([
  'parallel-all-cancels',
  'parallel-all-waits',
  'parallel-any',
  'parallel-n-skipped',
  'parallel-nested',
]);

describe.each(['advised', 'must'] as const)('continuing as new at every gate: %s', (how) => {
  it.each(CASES.filter(([name]) => how === 'advised' || !RACES.has(name)))('%s', async (_name, one) => {
    const whole = await counted(one);
    expect(whole.gates).toBeLessThan(MAX_GATES);
    for (let at = 0; at < whole.gates; at++) {
      const parted = await counted(one, { at, how });
      const when = `handed over at gate ${at}`;
      expect(ending(parted.result), when).toEqual(ending(whole.result));
      expect([...parted.calls].sort(), when).toEqual([...whole.calls].sort());
      expect([...completedCalls(parted.result.trace)].sort(), when).toEqual(
        [...completedCalls(whole.result.trace)].sort(),
      );
    }
  });
});

/** Cases that count their runs: one from a memo is a first one again. */
const COUNTS_RUNS = new Set(['flow-timeout-retry']);

describe('going back to before each step', () => {
  it.each(CASES.filter(([name]) => !COUNTS_RUNS.has(name)))('%s', async (_name, one) => {
    const whole = await counted(one);
    if (whole.result.status === 'waiting') return;
    const { memo } = whole.result;
    for (const to of Object.keys(memo.steps)) {
      const start = memo.steps[to]?.start ?? 0;
      const back = truncateMemo(memo, to, { flow: one.flow });
      const again = await counted(one, null, { memo: back, script: [] });
      const when = `back to ${to}`;
      const isKept = (entry: StepEntry): boolean =>
        entry.status !== 'cancelled' && entry.end !== undefined && entry.end < start;
      const kept = new Set(Object.entries(memo.steps).flatMap(([address, entry]) => (isKept(entry) ? [address] : [])));
      expect(
        again.calls.filter((step) => kept.has(step)),
        `${when}: made again though done before`,
      ).toEqual([]);
      if (one.script === undefined) expect(ending(again.result), when).toEqual(ending(whole.result));
    }
  });
});

/** Pauses between attempts are over by then. */
const LATER = Date.UTC(2027, 0, 1);

describe('cancelled before it goes on from its memo', () => {
  it.each(CASES.filter(([, one]) => !COUNTS_RUNS.has(one.name)))('%s', async (_name, one) => {
    const { memo } = (await counted(one)).result;
    for (const to of Object.keys(memo.steps)) {
      const back = truncateMemo(memo, to, { flow: one.flow });
      const { result } = await counted(one, null, {
        memo: back,
        startAt: LATER,
        script: [{ at: -1, do: { kind: 'cancel' } }],
      });
      const when = `back to ${to}`;
      expect(result.status, when).toBe('cancelled');
      const started = new Set(result.trace.flatMap((event) => (event.type === 'step.started' ? [event.step] : [])));
      for (const [address, entry] of Object.entries(back.steps)) {
        if (entry.status !== 'open' || /[|\]]/.test(address.slice(address.lastIndexOf('.') + 1))) continue;
        expect(result.memo.steps[address]?.status, `${when}: ${address}`).not.toBe('open');
        const key = address.slice(address.lastIndexOf('.') + 1);
        const first = stepsByKey(one.flow).get(key)?.finally?.[0];
        if (
          first !== undefined &&
          first.if === undefined &&
          back.steps[address.slice(0, -key.length) + first.key] === undefined
        )
          expect(started, when).toContain(address.slice(0, -key.length) + first.key);
      }
    }
  });
});
