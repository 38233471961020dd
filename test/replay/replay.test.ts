import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { STEP_KINDS } from '../../src/dsl/ir/step.ts';
import { installRuntime } from '../../src/worker/install-runtime.ts';
import { workflowBundle } from '../../src/worker/workflow-bundle.ts';
import { BEHAVIOURS } from '../../src/workflows/interpreter/behaviours.ts';
import { stepsByKey } from '../../src/workflows/interpreter/static-tree.ts';
import { createHistoryReader } from '../../src/workflows/host/history-reader.ts';
import type { HistoryReader } from '../../src/executions/history.ts';
import { MODIFIERS_SEEN } from './modifiers-seen.ts';
import { loadHistories, type RecordedHistory } from './histories.ts';
import { outcomeOfReader } from './record.ts';
import { SCENARIOS } from './scenarios/index.ts';

// Executions that were recorded when a behaviour was released must replay on today's code, and read as what they came to.
const HISTORIES = loadHistories();
const FLOWS = HISTORIES.filter(({ outcome }) => outcome !== null);

async function readRuns({ name, runs }: RecordedHistory): Promise<HistoryReader> {
  const reader = createHistoryReader(`recorded-${name}`);
  for (const [run, events] of runs.entries()) await reader.push(run, events);
  return reader;
}

describe('recorded histories', () => {
  const faults = new Map<string, string>();
  let replayed = 0;
  beforeAll(async () => {
    installRuntime(() => undefined);
    const runs = HISTORIES.flatMap(({ runs: all }) =>
      all.map((events) => ({
        workflowId: events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '',
        history: { events: [...events] },
      })),
    );
    for await (const result of Worker.runReplayHistories({ workflowBundle: await workflowBundle() }, runs)) {
      replayed++;
      if (result.error !== undefined) faults.set(result.workflowId, result.error.message);
    }
    expect(replayed).toBe(runs.length);
  }, 120_000);

  it('all replay', () => {
    expect(Object.fromEntries(faults)).toEqual({});
    expect(replayed).toBeGreaterThan(HISTORIES.length);
  });
  it.each(FLOWS.map((one) => [`${one.behaviour}/${one.name}`, one] as const))(
    '%s reads as what it came to',
    async (_name, recorded) => {
      expect(outcomeOfReader(await readRuns(recorded))).toEqual(recorded.outcome);
    },
  );
  it('a changed history does not replay', async () => {
    const { runs } = HISTORIES.find(({ name }) => name === 'sequence') ?? { runs: [] };
    const events = structuredClone(runs[0] ?? []);
    const scheduled = events.find(
      (event) => event.activityTaskScheduledEventAttributes,
    )?.activityTaskScheduledEventAttributes;
    if (scheduled) scheduled.activityId = 'another';
    await expect(
      Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, { events: [...events] }),
    ).rejects.toThrow(/[Nn]ondetermin/);
  });
});

describe('what is recorded', () => {
  it.each(BEHAVIOURS.map(({ number }) => number))(
    'behaviour %i has every scenario that was there when it was current',
    (behaviour) => {
      const names = HISTORIES.filter((one) => one.behaviour === behaviour).map(({ name }) => name);
      expect(names.length).toBeGreaterThan(0);
      if (behaviour === BEHAVIOURS.at(-1)?.number)
        expect(names).toEqual(expect.arrayContaining(SCENARIOS.map(({ name }) => name)));
    },
  );
  it('each history carries the behaviour of its folder', async () => {
    for (const recorded of FLOWS)
      expect((await readRuns(recorded)).input.behaviour, recorded.name).toBe(recorded.behaviour);
  });
  it('every step kind has run in one', async () => {
    const kinds = new Set(
      (await Promise.all(FLOWS.map(readRuns))).flatMap(({ trace }) =>
        trace.flatMap((event) => (event.type === 'step.started' ? [event.kind] : [])),
      ),
    );
    expect([...kinds].sort()).toEqual([...STEP_KINDS].sort());
  });
  it.each(Object.entries(MODIFIERS_SEEN))('%s stands in one', async (_name, isIn) => {
    const flows = (await Promise.all(FLOWS.map(readRuns))).map(({ input }) => input.flow);
    expect(flows.some((flow) => [...stepsByKey(flow).values()].some((step) => isIn(step, flow)))).toBe(true);
  });
});
