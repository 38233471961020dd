import { expect, test } from 'vitest';
import { IDEMPOTENCY_KEY } from '../api/idempotency-key.ts';
import { plainEvent } from './arrival.ts';
import { deliverEvent } from './deliver-event.ts';
import { flowIr } from './testdata/fake-delivery.ts';

test('no caller can take the place of the start that an event makes', async () => {
  const keys: (string | undefined)[] = [];
  const flow = flowIr('flow: orders\ntrigger: order.placed\nsteps:\n  - return: 1\n');
  const { outcome, retry } = await deliverEvent(
    {
      organisation: 'default',
      runs: { list: async () => ({ items: [], cursor: null }), update: async () => ({ kind: 'ended' }) },
      awaiting: async () => [],
      triggered: async () => [{ flow, environment: 'prod', weight: 1, deployed: true }],
      start: async ({ idempotencyKey }) => {
        keys.push(idempotencyKey);
        return { execution_id: 'e', flow: 'orders', version: '1.0.0', status: 'running', links: {} };
      },
    },
    plainEvent({ type: 'order.placed', source: '/shop', id: '1', time: '2026-01-01T00:00:00Z', data: {}, headers: {} }),
  );
  expect({ started: outcome.started, retry }).toEqual({ started: ['e'], retry: null });
  expect(keys.map((key) => IDEMPOTENCY_KEY.safeParse(key).success)).toEqual([false]);
});
