import { expect, test } from 'vitest';
import { compile } from '../dsl/index.ts';
import { plainEvent } from './arrival.ts';
import { ENVIRONMENT_HEADER } from './environment-header.ts';
import { planStarts } from './plan-starts.ts';
import type { TriggeredFlow } from './triggered-flow.ts';

function running(trigger: string, environment: string | null): TriggeredFlow {
  const { ir } = compile(`flow: f\ntrigger: ${trigger}\nsteps:\n  - set: { a: 1 }\n`, {
    adapters: new Map(),
    actions: {},
    flows: new Map(),
  });
  if (ir === undefined) throw new Error('the flow has errors');
  return { flow: ir, environment, weight: 1, deployed: true };
}
const event = (type: string, headers: Record<string, string> = {}) =>
  plainEvent({ type, source: '/s', id: '1', time: '2026-01-01T00:00:00Z', data: {}, headers });
const environments = (arrival: ReturnType<typeof event>, flows: readonly TriggeredFlow[]) =>
  planStarts(arrival, flows).map((plan) => plan.environment);

test('an event without an environment starts the flow wherever it is deployed', () => {
  expect(environments(event('order.paid'), [running('order.paid', 'dev'), running('order.paid', 'prod')])).toEqual([
    'dev',
    'prod',
  ]);
});

test('what a flow emits stays in its environment', () => {
  const emitted = event('order.paid', { [ENVIRONMENT_HEADER]: 'dev' });
  expect(environments(emitted, [running('order.paid', 'dev'), running('order.paid', 'prod')])).toEqual(['dev']);
  expect(environments(emitted, [running('order.paid', null)])).toEqual([null]);
});

test('a flow can not play a webhook, which asks its callers for a credential', () => {
  const own = running('webhook.received', 'dev');
  expect(environments(event('webhook.received', { [ENVIRONMENT_HEADER]: 'dev' }), [own])).toEqual([]);
});
