import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ActionError } from '../../src/adapters/action-error.ts';
import { compileScenario } from '../replay/scenario.ts';
import { Steering } from '../replay/steering.ts';
import { outcomeOf, TemporalWiring } from '../run/temporal-wiring.ts';
import { KillRoom } from './kill-room.ts';
import { ledgerManifest } from './ledger-adapter.ts';

// Concurrency limits hold whatever ends an execution, and no end leaks a slot.
interface Span {
  readonly execution: string;
  readonly step: string;
  readonly from: number;
  to: number;
}
const spans: Span[] = [];
const probe = {
  manifest: ledgerManifest,
  actions: {
    keyed: async (
      params: unknown,
      { execution, step, signal }: { execution: string; step: string; signal: AbortSignal },
    ) => {
      const span = { execution, step, from: Date.now(), to: Number.POSITIVE_INFINITY };
      spans.push(span);
      try {
        await pause((params as { after?: number }).after ?? 0, undefined, { signal });
      } catch {
        throw new ActionError({ code: 'stopped', message: 'stopped', outcome: 'not_sent' });
      } finally {
        span.to = Date.now();
      }
      return execution;
    },
    raw: async () => null,
  },
};
let wiring: TemporalWiring;
beforeAll(async () => {
  wiring = await TemporalWiring.start(inject('temporalAddress'), {
    taskQueue: `slots-${process.pid}`,
    adapters: [probe],
  });
});
afterAll(() => wiring.stop());

const WORK = '- work: { adapter: ledger, action: keyed, params: { after: 150 } }';
const flowOf = (name: string, concurrency: string, steps: readonly string[] = [WORK], rest = '') =>
  compileScenario(
    {
      source: `flow: ${name}\nconcurrency: { key: one, ${concurrency} }\nsteps:\n${steps.map((step) => `  ${step}`).join('\n')}\n${rest}`,
    },
    [probe],
  );

async function start(flow: ReturnType<typeof flowOf>, id: string) {
  const first = await wiring.startCase({ ...flow, input: {} }, `${id}-${process.pid}`);
  return { steering: new Steering(wiring, first), outcome: outcomeOf(first), id: first.workflowId };
}
const spanOf = (id: string, step = 'work'): Span | undefined =>
  spans.find((span) => span.execution === id && span.step === step);
const atOnce = (of: readonly Span[]): number =>
  Math.max(...of.map(({ from }) => of.filter((other) => other.from <= from && other.to > from).length));

describe.concurrent('a limit', () => {
  it.each([1, 2])('of %i is never overrun, and the first to ask is the first to run', async (limit) => {
    const flow = flowOf(`slots-${limit}`, `limit: ${limit}`, [WORK.replace('150', '600')]);
    const asked = [];
    for (let n = 0; n < 6; n++) {
      const one = await start(flow, `slots-${limit}-${n}`);
      // Asked and answered: whoever comes next has asked later.
      await one.steering.until(({ attempts }) => attempts.has('flow weir.request_slot'));
      asked.push(one);
    }
    for (const { outcome, id } of asked) expect(await outcome).toMatchObject({ status: 'completed', output: id });
    const own = asked.map(({ id }) => spanOf(id)).filter((span) => span !== undefined);
    expect(own).toHaveLength(6);
    expect(atOnce(own)).toBeLessThanOrEqual(limit);
    expect([...own].sort((a, b) => a.from - b.from).map(({ execution }) => execution)).toEqual(
      own.map(({ execution }) => execution),
    );
  });

  it('with `reject` refuses at once', async () => {
    const flow = flowOf('slots-reject', 'limit: 1, when_full: reject', ['- gate: { approve: { title: Go? } }']);
    const holder = await start(flow, 'reject-holder');
    await holder.steering.waiting('gate');
    const refused = await start(flow, 'reject-refused');
    expect(await refused.outcome).toMatchObject({
      status: 'failed',
      error: { code: 'concurrency_limit', status: 429 },
    });
    await holder.steering.decide('gate', true);
    expect(await holder.outcome).toMatchObject({ status: 'completed' });
    const later = await start(flow, 'reject-later');
    await later.steering.waiting('gate');
    await later.steering.cancel();
    expect(await later.outcome).toMatchObject({ status: 'cancelled' });
  });

  it("with `cancel_oldest` starts after the other's `finally`", async () => {
    const rest = 'finally:\n  - tidy: { adapter: ledger, action: keyed, params: { after: 400 } }\n';
    const flow = flowOf(
      'slots-oldest',
      'limit: 1, when_full: cancel_oldest',
      [WORK, '- wait: { until: "${ $input.until }" }'],
      rest,
    );
    const long = await wiring.startCase(
      { ...flow, input: { until: '2099-01-01T00:00:00Z' } },
      `oldest-1-${process.pid}`,
    );
    await new Steering(wiring, long).completed('work');
    const short = await wiring.startCase(
      { ...flow, input: { until: '2020-01-01T00:00:00Z' } },
      `oldest-2-${process.pid}`,
    );
    expect(await outcomeOf(long)).toMatchObject({ status: 'failed' });
    expect(await outcomeOf(short)).toMatchObject({ status: 'completed' });
    expect(spanOf(short.workflowId)?.from).toBeGreaterThanOrEqual(
      spanOf(long.workflowId, 'tidy')?.to ?? Number.POSITIVE_INFINITY,
    );
  });
});

describe.concurrent('a slot comes free', () => {
  const GATED = ['- { id: gate, if: "$execution.id.contains(\'holder\')", approve: { title: Go? } }', WORK];
  it.each(['terminated', 'cancelled'] as const)('when its holder is %s', { timeout: 40_000 }, async (end) => {
    const flow = flowOf(`slots-${end}`, 'limit: 1', GATED);
    const holder = await start(flow, `${end}-holder`);
    await holder.steering.waiting('gate');
    const next = await start(flow, `${end}-next`);
    await next.steering.waiting('flow');
    const endedAt = Date.now();
    await (end === 'terminated' ? holder.steering.handle.terminate('test') : holder.steering.cancel());
    expect(await holder.outcome).toMatchObject({ status: end });
    expect(await next.outcome).toMatchObject({ status: 'completed' });
    const waited = (spanOf(next.id)?.from ?? Number.POSITIVE_INFINITY) - endedAt;
    console.log(`slot of a ${end} holder free after ${waited} ms`);
    expect(waited).toBeLessThan(12_000);
  });

  it('to the next in line when one that waits is cancelled or terminated', { timeout: 40_000 }, async () => {
    const flow = flowOf('slots-queue', 'limit: 1', GATED);
    const holder = await start(flow, 'queue-holder');
    await holder.steering.waiting('gate');
    const queued = [];
    for (const name of ['cancelled', 'terminated', 'last']) {
      const one = await start(flow, `queue-${name}`);
      await one.steering.waiting('flow');
      queued.push(one);
    }
    const [cancelled, terminated, last] = queued;
    await cancelled?.steering.cancel();
    expect(await cancelled?.outcome).toMatchObject({ status: 'cancelled' });
    await terminated?.steering.handle.terminate('test');
    await holder.steering.decide('gate', true);
    expect(await holder.outcome).toMatchObject({ status: 'completed' });
    expect(await last?.outcome).toMatchObject({ status: 'completed' });
    expect([cancelled?.id, terminated?.id].some((id) => id !== undefined && spanOf(id) !== undefined)).toBe(false);
  });

  it('only when its holder ends, however often that is rolled back', async () => {
    const flow = flowOf('slots-rollback', 'limit: 1', ['- before: { adapter: ledger, action: keyed }', ...GATED]);
    const holder = await start(flow, 'rollback-holder');
    await holder.steering.waiting('gate');
    const next = await start(flow, 'rollback-next');
    await next.steering.waiting('flow');
    for (const round of [1, 2]) {
      await holder.steering.rollback({ to: 'before' });
      await holder.steering.until(
        ({ trace }) => trace.filter(({ type }) => type === 'execution.rolled_back').length === round,
      );
      await holder.steering.waiting('gate');
    }
    await pause(500);
    expect(spanOf(next.id, 'before')).toBeUndefined();
    await holder.steering.decide('gate', true);
    expect(await holder.outcome).toMatchObject({ status: 'completed' });
    expect(await next.outcome).toMatchObject({ status: 'completed' });
    expect(spanOf(next.id, 'before')?.from).toBeGreaterThanOrEqual(spanOf(holder.id)?.to ?? Number.POSITIVE_INFINITY);
  });
});

it('holds over a killed worker', { timeout: 60_000 }, async () => {
  const room = await KillRoom.open(inject('temporalAddress'), 'slot-kill');
  try {
    const flow = room.compile(
      'flow: slot-kill\nconcurrency: { limit: 1, key: one }\nsteps:\n  - work: { adapter: ledger, action: keyed, params: { after: 500 } }\n',
    );
    let worker = await room.startWorker();
    const ends = [];
    for (let n = 0; n < 4; n++) ends.push(outcomeOf(await room.start(flow, `slot-kill-${n}-${process.pid}`)));
    for (let kill = 0; kill < 2; kill++) {
      await pause(900);
      await worker.kill();
      worker = await room.startWorker();
    }
    for (const end of ends) expect(await end).toMatchObject({ status: 'completed' });
    const lines = room.ledger();
    const ran = [...new Set(lines.map(({ execution }) => execution))].map((execution) => {
      const own = lines.filter((line) => line.execution === execution);
      return { from: own[0]?.at ?? 0, to: own.at(-1)?.at ?? 0 };
    });
    expect(ran).toHaveLength(4);
    for (const one of ran)
      expect(ran.filter((other) => other !== one && other.from < one.to && other.to > one.from)).toEqual([]);
  } finally {
    await room.close();
  }
});
