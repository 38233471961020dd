import type { Json } from '../../dsl/ir/json.ts';
import type { RepeatIr } from '../../dsl/ir/step.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import { recallResults } from '../interpreter/recall.ts';
import { runSequence } from '../interpreter/run-step.ts';
import { MAX_ITERATIONS } from './foreach.ts';
import { runRound, Yielder } from './rounds.ts';
import type { At } from './at.ts';

/** Rounds in order. `while` is tested before each, `until` after; the journal says which rounds were done. */
export async function runRepeat(at: At, step: RepeatIr): Promise<Json> {
  const { engine, frame, address } = at;
  if (engine.journal.open(address)['max'] === undefined)
    engine.journal.setOpen(address, { max: Math.min(MAX_ITERATIONS, engine.count(step.max, frame, address)) });
  const max = Number(engine.journal.open(address)['max']);
  const yielder = new Yielder();
  let last: Json = engine.journal.open(address)['last'] ?? null;
  for (let index = Number(engine.journal.open(address)['round'] ?? 0); ; index++) {
    const place = `${address}[${index}]`;
    const scope = frame.scope.round({ index });
    const inside = { scope, token: frame.token, prefix: `${place}.` };
    const begun = engine.journal.get(place) !== undefined;
    if (!begun && index > 0) await delay(at, index);
    if (!begun && step.while !== undefined && !engine.condition(step.while, inside, address)) return last;
    if (index >= max) return atMax(at, step, last, max);
    last = await runRound(engine, place, () => runSequence(engine, step.do, inside));
    recallResults(engine, step.do, inside); // after a restart a finished round's ids are read back: `until` looks at them
    // The round, and whether it was the last, are recorded in one turn.
    if (step.until !== undefined && engine.condition(step.until, inside, address)) return last;
    const pause =
      step.delay === undefined || index + 1 >= max
        ? null
        : engine.port.now() + engine.duration(step.delay, inside, address);
    engine.journal.setOpen(address, { round: index + 1, last, delay_until: pause });
    await yielder.round(engine, address, frame);
  }
}

/** The pause before a round: until an instant in the journal, so that it holds over restarts. */
async function delay({ engine, frame, address }: At, index: number): Promise<void> {
  const until = engine.journal.open(address)['delay_until'] ?? null;
  const ms = until === null ? 0 : Number(until) - engine.port.now();
  if (ms > 0) await engine.port.sleep(`${address}[${index}] delay`, ms, frame.token);
}

function atMax({ address }: At, step: RepeatIr, last: Json, max: number): Json {
  if (step.onMax === 'continue') return last;
  throw new FlowError({
    code: 'max_iterations',
    message: `step ${address}: still not done after ${max} rounds`,
    step: address,
    retryable: false,
  });
}
