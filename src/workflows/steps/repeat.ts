import type { Json } from '../../dsl/ir/json.ts';
import type { RepeatIr } from '../../dsl/ir/step.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import { runSequence } from '../interpreter/run-step.ts';
import { MAX_ITERATIONS } from './foreach.ts';
import { runRound, Yielder } from './rounds.ts';
import type { At } from './at.ts';

/** Rounds in order. `while` is tested before each, `until` after; the journal says which rounds were done. */
export async function runRepeat(at: At, step: RepeatIr): Promise<Json> {
  const { engine, frame, address } = at;
  if (engine.journal.open(address)['max'] === undefined) engine.journal.setOpen(address, { max: Math.min(MAX_ITERATIONS, engine.count(step.max, frame, address)) });
  const max = Number(engine.journal.open(address)['max']);
  const yielder = new Yielder();
  let last: Json = engine.journal.open(address)['last'] ?? null;
  for (let index = Number(engine.journal.open(address)['round'] ?? 0); ; index++) {
    const place = `${address}[${index}]`;
    const scope = frame.scope.round({ index });
    const inside = { scope, token: frame.token, prefix: `${place}.` };
    const begun = engine.journal.get(place) !== undefined;
    if (!begun && step.while !== undefined && !engine.condition(step.while, inside, address)) return last;
    if (index >= max) return atMax(at, step, last, max);
    last = await runRound(engine, place, () => runSequence(engine, step.do, inside));
    recallRound(at, step, inside);
    // The round, and whether it was the last, are recorded in one turn.
    if (step.until !== undefined && engine.condition(step.until, inside, address)) return last;
    engine.journal.setOpen(address, { round: index + 1, last });
    if (step.delay !== undefined && index + 1 < max) await delay(at, step, index);
    await yielder.round(engine, address, frame);
  }
}

/** After a restart a finished round's ids are read back, since `until` looks at them. */
function recallRound({ engine }: At, step: RepeatIr, inside: Parameters<typeof runSequence>[2]): void {
  for (const inner of step.do) {
    const result = engine.journal.get(inside.prefix + inner.key)?.result;
    if (inner.id !== null && result !== undefined) inside.scope.setResult(inner.id, result);
  }
}

async function delay({ engine, frame, address }: At, step: RepeatIr, index: number): Promise<void> {
  const until = engine.journal.open(address)['delay_until'];
  const ms = until === undefined ? engine.duration(step.delay ?? 0, frame, address) : Math.max(0, Number(until) - engine.port.now());
  if (ms > 0) await engine.port.sleep(`${address}[${index}] delay`, ms, frame.token);
}

function atMax({ address }: At, step: RepeatIr, last: Json, max: number): Json {
  if (step.onMax === 'continue') return last;
  throw new FlowError({ code: 'max_iterations', message: `step ${address}: still not done after ${max} rounds`, step: address, retryable: false });
}
