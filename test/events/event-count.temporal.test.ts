import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { installRuntime } from '../../src/worker/install-runtime.ts';
import { compileScenario } from '../replay/scenario.ts';
import { Steering } from '../replay/steering.ts';
import { outcomeOf, TemporalWiring } from '../run/temporal-wiring.ts';
import { CONSTRUCTS } from './constructs.ts';
import { eventsPage } from './events-page.ts';

// Events are what a Temporal server's time and disk go into: each construct has a price, and none may rise unseen.
const EMPTY_RUN = 5;
let wiring: TemporalWiring;
beforeAll(async () => {
  installRuntime(() => undefined);
  wiring = await TemporalWiring.start(inject('temporalAddress'), { taskQueue: `events-${process.pid}` });
});
afterAll(() => wiring.stop());

let runs = 0;
async function run(
  body: string,
  options: { flows?: Readonly<Record<string, string>>; steer?: (steering: Steering) => Promise<void> } = {},
) {
  const name = `events-${process.pid}-${++runs}`;
  const compiled = compileScenario({ source: `flow: events-${runs}\n${body}`, flows: options.flows ?? {} });
  const first = await wiring.startCase({ ...compiled, input: {} }, name);
  const outcome = outcomeOf(first);
  await options.steer?.(new Steering(wiring, first));
  const ended = await outcome;
  const { histories } = await wiring.read(name, first);
  return { ended, histories, bytes: Number((await wiring.client.workflow.getHandle(name).describe()).historySize) };
}

describe('events in history', () => {
  it.each(CONSTRUCTS.map((one) => [one.construct, one] as const))(
    '%s',
    async (_name, { body, flows, steer, events }) => {
      const { histories } = await run(body, { ...(flows && { flows }), ...(steer && { steer }) });
      expect(histories).toHaveLength(1);
      expect((histories[0]?.length ?? 0) - EMPTY_RUN).toBe(events);
    },
  );
  it('are documented', async () => {
    await expect(eventsPage(CONSTRUCTS)).toMatchFileSnapshot('../../docs/reference/events.md');
  });
});

describe('size of history', () => {
  it('grows with the number of calls, not faster', async () => {
    const size = async (calls: number): Promise<number> =>
      (
        await run(
          `steps:\n  - foreach: { in: "\${ range(${calls}) }", do: [ { a: { adapter: demo, action: act, params: { value: "${'x'.repeat(100)}" } } } ] }\n`,
        )
      ).bytes;
    const [ten, twenty, forty] = [await size(10), await size(20), await size(40)];
    const perCall = (twenty - ten) / 10;
    expect(perCall).toBeGreaterThan(500);
    expect(perCall).toBeLessThan(2_500);
    expect((forty - twenty) / 20 / perCall).toBeGreaterThan(0.95);
    expect((forty - twenty) / 20 / perCall).toBeLessThan(1.05);
  });
});
