import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { outcomeOf } from '../run/temporal-wiring.ts';
import { KillRoom } from './kill-room.ts';
import { cutOff, effectsByStep, sendsByStep } from './ledger.ts';

let room: KillRoom;
beforeAll(async () => {
  room = await KillRoom.open(inject('temporalAddress'), 'recovery');
});
afterAll(() => room.close());

/** Loose: a loaded machine is no reason to fail. The target is under 5 s, and the figure is printed. */
const BOUND_MS = 15_000;
const call = (id: string, action: string): string =>
  `  - ${id}: { adapter: ledger, action: ${action}, retry: { attempts: 5, initial: 50ms }, params: { after: 400, value: ${id} } }`;

describe('a worker dies while another one lives', () => {
  it('the other goes on with everything within seconds', { timeout: 60_000 }, async () => {
    const flow = room.compile(
      `flow: recovery\nsteps:\n${['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => call(id, 'keyed')).join('\n')}\n`,
    );
    const first = await room.startWorker();
    await room.startWorker();
    const ids = Array.from({ length: 12 }, (_, n) => `recovery-${n}-${process.pid}`);
    const ends = [];
    for (const id of ids) ends.push(outcomeOf(await room.start(flow, id)));
    await pause(800);
    // In the middle of a call: a kill that hits nothing would show nothing.
    while (!cutOff(room.ledger()).some(({ pid }) => pid === first.pid)) await pause(10);
    await first.kill();
    const killedAt = Date.now();
    for (const end of ends) expect(await end).toMatchObject({ status: 'completed', output: 'h' });

    const lines = room.ledger().filter(({ execution }) => ids.includes(execution));
    const cut = new Set(cutOff(lines).map(({ execution }) => execution));
    // Those that were hit: from the kill to their next effect.
    const gaps = [...cut]
      .map(
        (id) =>
          (lines.find((line) => line.execution === id && line.phase === 'effect' && line.at > killedAt)?.at ??
            Number.POSITIVE_INFINITY) - killedAt,
      )
      .sort((a, b) => a - b);
    console.log(
      `recovery: ${cut.size} of ${ids.length} executions hit, next effect after ${gaps[Math.floor(gaps.length / 2)]} ms (median), ${gaps.at(-1)} ms (longest)`,
    );
    expect(cut.size).toBeGreaterThan(0);
    expect(gaps.at(-1)).toBeLessThan(BOUND_MS);
    const effects = effectsByStep(lines);
    expect([...effects.values()].every((count) => count === 1)).toBe(true);
    expect(effects.size).toBe(ids.length * 8);
  });

  it('what is not covered is sent once at most, and reported as unknown', { timeout: 60_000 }, async () => {
    const flow = room.compile(
      `flow: uncovered\nsteps:\n${['a', 'b', 'c', 'd'].map((id) => call(id, 'raw')).join('\n')}\n`,
    );
    const worker = await room.startWorker();
    const ids = Array.from({ length: 8 }, (_, n) => `uncovered-${n}-${process.pid}`);
    const ends = new Map<string, ReturnType<typeof outcomeOf>>();
    for (const id of ids) ends.set(id, outcomeOf(await room.start(flow, id)));
    await pause(700);
    await worker.kill();
    const outcomes = new Map<string, Awaited<ReturnType<typeof outcomeOf>>>();
    for (const [id, end] of ends) outcomes.set(id, await end);

    const lines = room.ledger().filter(({ execution }) => ids.includes(execution));
    expect([...sendsByStep(lines)].filter(([, sends]) => sends > 1)).toEqual([]);
    const unknown = cutOff(lines).filter(({ pid }) => pid === worker.pid);
    for (const { execution, step } of unknown)
      expect(outcomes.get(execution), execution).toMatchObject({
        status: 'failed',
        error: { code: 'outcome_unknown', step },
      });
    const hit = new Set(unknown.map(({ execution }) => execution));
    // Its effect may be there and its answer lost: then it is unknown too. Whoever ended well was not hit.
    for (const id of ids) if (outcomes.get(id)?.status === 'completed') expect(hit.has(id)).toBe(false);
    const codes = [...outcomes.values()].map(({ status, error }) => error?.code ?? status);
    console.log(
      `uncovered: ${codes.filter((code) => code === 'outcome_unknown').length} unknown, ${codes.filter((code) => code === 'completed').length} completed`,
    );
    expect(new Set(codes.filter((code) => code !== 'completed'))).toEqual(new Set(['outcome_unknown']));
  });

  it('a long loop of control steps goes on: its replay fits into a workflow task', { timeout: 60_000 }, async () => {
    const loop = (id: string): string =>
      `  - ${id}: { foreach: { in: "\${ range(3000) }", do: [ { set: { n: "\${ $vars.n + 1 }" } } ] } }`;
    const flow = room.compile(
      `flow: control-kill\nvars: { n: 0 }\nsteps:\n${loop('first')}\n${call('a', 'keyed')}\n${loop('second')}\n${call('b', 'keyed')}\noutput: $vars.n\n`,
    );
    let worker = await room.startWorker();
    const id = `control-kill-${process.pid}`;
    const end = outcomeOf(await room.start(flow, id));
    for (const ms of [900, 1_500]) {
      await pause(ms);
      await worker.kill();
      worker = await room.startWorker();
    }
    expect(await end).toMatchObject({ status: 'completed', output: 6_000 });
    expect([...effectsByStep(room.ledger().filter(({ execution }) => execution === id)).values()]).toEqual([1, 1]);
  });
});
