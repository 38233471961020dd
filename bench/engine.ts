import { callsFlow, CONTROL_FLOW, items, loopFlow } from './engine-flows.ts';
import type { EngineRoom } from './engine-room.ts';
import type { HandInput } from './handwritten/request.ts';
import { runsOf } from './history-size.ts';
import { measurement, type Measurement } from './measurement.ts';
import { pairs, throughput } from './compare.ts';

/** Measures the engine against hand-written workflows. `quick` takes fewer rounds and leaves the 10,000-item loop out. */
export async function measureEngine(
  room: EngineRoom,
  options: { quick: boolean; report: (line: string) => void },
): Promise<readonly Measurement[]> {
  const { quick, report } = options;
  const found: Measurement[] = [];
  const echo = (calls: number): HandInput => ({ calls, adapter: 'bench', action: 'echo', params: { text: 'hello' } });
  const ratio = async (
    name: string,
    goal: number,
    rounds: number,
    ways: { weir: () => Promise<unknown>; hand: () => Promise<unknown> },
  ): Promise<void> => {
    report(`${name}: ${rounds} pairs`);
    const { value, note } = await pairs({ ...ways, rounds, warmUp: Math.min(10, rounds) });
    found.push(measurement({ name, value, unit: '× hand-written', goal, compare: '<=', note }));
  };

  const three = room.flow(callsFlow(3));
  const local = room.flow(callsFlow(3, { modifiers: 'execution: local, attempt_timeout: 1s' }));
  const logs = room.flow(callsFlow(40, { call: 'adapter: log, action: write, params: { message: hello }' }));
  const loop = room.flow(loopFlow(1));

  await ratio('3 calls in sequence, latency', 1.05, quick ? 40 : 200, {
    weir: () => room.runFlow(three),
    hand: () => room.runHand('hand_calls', echo(3)),
  });
  await ratio('3 local calls in sequence, latency', 1.1, quick ? 40 : 200, {
    weir: () => room.runFlow(local),
    hand: () => room.runHand('hand_local_calls', echo(3)),
  });
  await ratio('a loop of 100 calls, latency', 1.1, quick ? 3 : 12, {
    weir: () => room.runFlow(loop, items(100)),
    hand: () => room.runHand('hand_calls', echo(100)),
  });
  await ratio('40 log calls, latency', 1.1, quick ? 5 : 30, {
    weir: () => room.runFlow(logs),
    hand: () =>
      room.runHand('hand_calls', { calls: 40, adapter: 'log', action: 'write', params: { message: 'hello' } }),
  });

  report('40 in flight');
  const flow = await throughput({
    weir: () => room.runFlow(three),
    hand: () => room.runHand('hand_calls', echo(3)),
    inFlight: 40,
    blocks: quick ? 3 : 7,
    each: 120,
  });
  found.push(
    measurement({
      name: '40 in flight, throughput',
      value: flow.value,
      unit: '× hand-written',
      goal: 0.95,
      compare: '>=',
      note: flow.note,
    }),
  );

  found.push(...(await measureHistories(room, options)));
  return found;
}

/** Events and bytes of histories: exact, whatever else the machine does. */
async function measureHistories(
  room: EngineRoom,
  { quick, report }: { quick: boolean; report: (line: string) => void },
): Promise<readonly Measurement[]> {
  report('histories');
  const events = async (source: string): Promise<number> =>
    (await runsOf(room.client, await room.runFlow(room.flow(source))))[0]?.events ?? Number.NaN;
  const three = await events(callsFlow(3));
  const perCall = ((await events(callsFlow(13))) - three) / 10;
  const control = (await events(CONTROL_FLOW)) - three;
  const loop = room.flow(loopFlow(1));
  const bytes: number[] = [];
  for (const count of [20, 60, 100])
    bytes.push((await runsOf(room.client, await room.runFlow(loop, items(count))))[0]?.bytes ?? Number.NaN);
  const [small = 0, middle = 0, large = 0] = bytes;
  const growth = (large - middle) / (middle - small);
  const found = [
    measurement({ name: 'events of a call in sequence', value: perCall, unit: 'events', goal: 6, compare: '=' }),
    measurement({
      name: 'events of control steps, conditions and set',
      value: control,
      unit: 'events',
      goal: 0,
      compare: '=',
    }),
    measurement({
      name: 'history bytes, growth of the growth',
      value: growth,
      unit: '×',
      goal: 1.05,
      compare: '<=',
      note: `${Math.round((large - middle) / 40)} bytes a call`,
    }),
  ];
  if (quick) return found;
  report('a loop of 10,000 items');
  const started = performance.now();
  const runs = await runsOf(room.client, await room.runFlow(room.flow(loopFlow(50)), items(10_000)));
  const longest = Math.max(...runs.map((run) => run.events));
  const note = `${runs.length} runs, ${Math.round((performance.now() - started) / 1_000)} s`;
  return [
    ...found,
    measurement({
      name: 'a loop of 10,000 items, longest run',
      value: longest,
      unit: 'events',
      goal: 4_096,
      compare: '<=',
      note,
    }),
  ];
}
