import { setTimeout as sleep } from 'node:timers/promises';
import { throughput } from './compare.ts';
import type { ControlRoom } from './control-room.ts';
import { callsFlow } from './engine-flows.ts';
import { measurement, type Measurement } from './measurement.ts';
import { percentile } from './statistics.ts';

/** Starts a minute that are offered, whatever happens. */
const OFFERED = 1_000;

/** The API on the store: what a start costs beside the SDK's, how soon it is durable, and what an idle installation asks of PostgreSQL. */
export async function measureApi(
  room: ControlRoom,
  { quick, report }: { quick: boolean; report: (line: string) => void },
): Promise<readonly Measurement[]> {
  await room.push(callsFlow(3));
  const name = /^flow: (\S+)/m.exec(callsFlow(3))?.[1] ?? '';
  const echo = { calls: 3, adapter: 'bench', action: 'echo', params: { text: 'hello' } };

  report('idle');
  const idle = await idleQueries(room, quick ? 20_000 : 60_000);
  report('40 in flight, through the API and by the SDK');
  const flow = await throughput({
    weir: () => room.runFlow(name),
    hand: () => room.runHand(echo),
    inFlight: 40,
    blocks: quick ? 3 : 7,
    each: 120,
  });
  report(`${OFFERED} starts a minute`);
  const starts = await offered(room, name, quick ? 15_000 : 60_000);
  report('look-ups');
  const lookUp = await lookUps(room, name);
  return [
    measurement({ name: 'queries of an idle installation', value: idle, unit: 'a minute', goal: 5, compare: '<=' }),
    measurement({
      name: '3-call flow through the API, 40 in flight, throughput',
      value: flow.value,
      unit: '× SDK and hand-written',
      goal: 0.9,
      compare: '>=',
      note: flow.note,
    }),
    measurement({
      name: `trigger → start at ${OFFERED} a minute, p95`,
      value: percentile(starts, 0.95),
      unit: 'ms',
      goal: 50,
      compare: '<',
      note: `p50 ${percentile(starts, 0.5).toFixed(1)} ms, worst ${Math.max(...starts).toFixed(0)} ms of ${starts.length}`,
    }),
    measurement({
      name: 'flow version look-up, cached, p95',
      value: percentile(lookUp, 0.95),
      unit: 'ms',
      goal: 1,
      compare: '<',
      note: `p50 ${percentile(lookUp, 0.5).toPrecision(2)} ms`,
    }),
  ];
}

/** Time from sending the request until it is answered: by then the start is durable. An open loop: a slow answer delays nobody else. */
async function offered(room: ControlRoom, name: string, ms: number): Promise<readonly number[]> {
  const took: number[] = [];
  const answers: Promise<void>[] = [];
  const started = performance.now();
  for (let sent = 0; performance.now() - started < ms; sent++) {
    const due = started + (sent * 60_000) / OFFERED;
    await sleep(Math.max(0, due - performance.now()));
    const at = performance.now();
    answers.push(
      room.call('POST', `/flows/${name}/execute`, {}).then((answer) => {
        if (answer.status !== 202) throw new Error(`a start was answered with ${answer.status}`);
        took.push(performance.now() - at);
      }),
    );
  }
  await Promise.all(answers);
  return took;
}

/** Statements that PostgreSQL ran while nobody asked anything, a minute. */
async function idleQueries(room: ControlRoom, ms: number): Promise<number> {
  const { sql } = room.foundation.database;
  const count = async (): Promise<number> => {
    await sql`select pg_stat_clear_snapshot()`;
    const [row] = await sql<{ n: string }[]>`
      select xact_commit + xact_rollback as n from pg_stat_database where datname = current_database()`;
    return Number(row?.n);
  };
  await sleep(15_000); // until what started has come to rest
  const before = await count();
  await sleep(ms);
  const own = 3; // the counting itself
  return Math.max(0, ((await count()) - before - own) * (60_000 / ms));
}

async function lookUps(room: ControlRoom, name: string): Promise<readonly number[]> {
  const took: number[] = [];
  for (let i = 0; i < 1_000; i++) {
    const at = performance.now();
    await room.lookUp(name);
    took.push(performance.now() - at);
  }
  return took.slice(100);
}
