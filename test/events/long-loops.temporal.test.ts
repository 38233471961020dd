import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { installRuntime } from '../../src/worker/install-runtime.ts';
import { compileScenario } from '../replay/scenario.ts';
import { outcomeOf, TemporalWiring } from '../run/temporal-wiring.ts';

// A loop may be longer than a history: it goes on in new runs, which nobody notices but by reading Temporal's own list.
const MOST_EVENTS = 4_096;
let wiring: TemporalWiring;
beforeAll(async () => {
  installRuntime(() => undefined);
  wiring = await TemporalWiring.start(inject('temporalAddress'), { taskQueue: `loops-${process.pid}` });
});
afterAll(() => wiring.stop());

async function run(name: string, body: string) {
  const id = `${name}-${process.pid}`;
  const compiled = compileScenario({ source: `flow: ${name}\n${body}` });
  const began = Date.now();
  const first = await wiring.startCase({ ...compiled, input: {} }, id);
  const outcome = await outcomeOf(first);
  const ms = Date.now() - began;
  const { reader, histories } = await wiring.read(id, first);
  const events = histories.map((history) => history.length);
  console.log(`${name}: ${ms} ms, ${events.length} runs of ${events.join(', ')} events`);
  return { outcome, reader, events };
}

describe('a long loop', () => {
  it('of 10,000 rounds of control steps goes on in new runs, of few events', async () => {
    const { outcome, events } = await run(
      'control-loop',
      'vars: { n: 0 }\nsteps:\n  - each: { foreach: { in: "${ range(10000) }", do: [ { set: { n: "${ $vars.n + $item }" } } ] } }\noutput: { n: $vars.n, size: "${ size($each) }" }\n',
    );
    expect(outcome).toMatchObject({ status: 'completed', output: { n: 49_995_000, size: 10_000 } });
    expect(events.length).toBeGreaterThan(3);
    expect(Math.max(...events)).toBeLessThan(50);
  });
  it('of 3,000 local calls goes on in new runs', async () => {
    const { outcome, reader, events } = await run(
      'local-loop',
      'steps:\n  - each: { foreach: { in: "${ range(3000) }", concurrency: 50, do: [ { a: { adapter: demo, action: act, execution: local, attempt_timeout: 1s, params: { value: $item } } } ] } }\noutput: { first: "${ $each[0] }", last: "${ $each[2999] }", sum: "${ $each.sum() }" }\n',
    );
    expect(outcome).toMatchObject({ status: 'completed', output: { first: 0, last: 2_999, sum: 4_498_500 } });
    expect(reader.output).toEqual(outcome.output);
    expect(events.length).toBeGreaterThan(1);
    expect(Math.max(...events)).toBeLessThanOrEqual(MOST_EVENTS);
  });
});

it('1,200 calls, 20 at a time, go on in new runs, and none is made twice', async () => {
  const { outcome, reader, events } = await run(
    'call-loop',
    'steps:\n  - each: { foreach: { in: "${ range(1200) }", concurrency: 20, do: [ { a: { adapter: demo, action: act, params: { value: $item } } } ] } }\noutput: "${ $each.sum() }"\n',
  );
  expect(outcome).toMatchObject({ status: 'completed', output: 719_400 });
  expect(events.length).toBeGreaterThan(1);
  expect(Math.max(...events)).toBeLessThanOrEqual(MOST_EVENTS);
  const made = reader.trace.filter((event) => event.type === 'step.completed' && event.kind === 'call');
  expect(made).toHaveLength(1_200);
});
