import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runVirtual } from '../../src/workflows/host/run-virtual.ts';
import { comparable } from '../run/corpus.ts';
import { outcomeOf } from '../run/temporal-wiring.ts';
import { KILL_FLOWS } from './kill-flows.ts';
import { KillRoom } from './kill-room.ts';
import { cutOff, effectsByStep, sendsByStep } from './ledger.ts';
import { ledgerAnswer } from './ledger-adapter.ts';
import { seeded } from './random.ts';

// Workers are killed with SIGKILL at random times, between and inside calls. WEIR_KILLS and WEIR_SEED ask for more, or for the same again.
const KILLS = Number(process.env['WEIR_KILLS'] ?? 10);
const SEED = Number(process.env['WEIR_SEED'] ?? 20_261);
const NAMES = Object.keys(KILL_FLOWS);
let room: KillRoom;
beforeAll(async () => {
  room = await KillRoom.open(inject('temporalAddress'), 'kills');
});
afterAll(() => room.close());

describe(`${KILLS} kills (seed ${SEED})`, () => {
  it('change no result, and do nothing twice', { timeout: 60_000 + KILLS * 10_000 }, async () => {
    const random = seeded(SEED);
    const compiled = new Map(NAMES.map((name) => [name, room.compile(KILL_FLOWS[name] ?? '')]));
    const running = new Set<string>();
    const ids: { id: string; name: string }[] = [];
    const ends = new Map<string, ReturnType<typeof outcomeOf>>();
    let worker = await room.startWorker();
    const fill = async (): Promise<void> => {
      for (const [name, flow] of compiled) {
        if (running.has(name)) continue;
        const id = `kill-${name}-${ids.length}-${process.pid}`;
        ids.push({ id, name });
        running.add(name);
        ends.set(
          id,
          outcomeOf(await room.start(flow, id)).finally(() => running.delete(name)),
        );
      }
    };
    for (let kill = 0; kill < KILLS; kill++) {
      await fill();
      await pause(300 + random() * 1_500);
      await worker.kill();
      worker = await room.startWorker();
    }
    const outcomes = new Map<string, Awaited<ReturnType<typeof outcomeOf>>>();
    for (const [id, end] of ends) outcomes.set(id, await end);
    await worker.kill();

    const lines = room.ledger();
    const effects = effectsByStep(lines);
    for (const { id, name } of ids) {
      const flow = compiled.get(name);
      if (flow === undefined) throw new Error(name);
      const virtual = await runVirtual({
        ...flow,
        input: {},
        call: ({ params }, attempt) => answer(params as object, attempt),
      });
      expect(outcomes.get(id), id).toMatchObject({
        status: virtual.status,
        output: virtual.output,
        error: virtual.error === null ? null : { code: virtual.error.code },
      });
      const { reader } = await room.read(id);
      expect([...comparable(reader.trace)].sort(), id).toEqual([...comparable(virtual.trace)].sort());
      const steps = new Set(
        virtual.trace.flatMap((event) =>
          event.type === 'step.completed' && event.kind === 'call' ? [event.step] : [],
        ),
      );
      for (const step of steps) expect([step, effects.get(`${id} ${step}`)], id).toEqual([step, 1]);
    }
    const cut = cutOff(lines);
    console.log(
      `kills ${KILLS}, seed ${SEED}: ${ids.length} executions, ${effects.size} effects, ${sum(sendsByStep(lines))} sends, ${cut.length} calls cut off`,
    );
    // A test in which no kill hit anything would show nothing.
    expect(cut.length).toBeGreaterThan(KILLS / 2);
  });
});

const answer = (params: object, attempt: number) => {
  const { after, failed, value } = ledgerAnswer(params, attempt);
  return failed
    ? { after, error: { code: 'http_503', message: 'not yet', retryable: true } }
    : { after, result: value };
};
const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, one) => total + one, 0);
