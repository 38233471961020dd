import type { ExecutionView } from '../../executions/view.ts';

/** An execution as the API shows it, and events of one, for tests. */
export const execution: ExecutionView = {
  execution_id: 'e1',
  flow: 'pay',
  version: '1.0.0',
  hash: 'h',
  status: 'failed',
  environment: 'development',
  tags: [],
  input: {},
  output: null,
  error: { code: 'http_503', message: 'Service Unavailable', step: 'charge' },
  started_at: '2026-01-01T00:00:00.000Z',
  ended_at: '2026-01-01T00:01:05.000Z',
  duration_ms: 65_000,
  origin: null,
  parent: null,
  waiting: [],
  why: null,
  links: {},
  steps: [
    {
      id: 'charge',
      path: 'charge',
      kind: 'call',
      adapter: 'stripe',
      action: 'charge_card',
      status: 'failed',
      attempts: 3,
      started_at: '2026-01-01T00:00:00.000Z',
      ended_at: '2026-01-01T00:01:00.000Z',
      duration_ms: 60_000,
      error: { code: 'http_503', message: 'Service Unavailable' },
    },
  ],
};
export const started = { id: '0.1', type: 'execution.started', time: '1970-01-01T00:00:01.000Z' };
export const callStarted = {
  id: '0.2',
  type: 'step.started',
  time: '1970-01-01T00:00:01.000Z',
  step: 'charge',
  kind: 'call',
  adapter: 'stripe',
  action: 'charge_card',
};
export const callDone = {
  id: '0.3',
  type: 'step.completed',
  time: '1970-01-01T00:00:01.250Z',
  step: 'charge',
  kind: 'call',
  result: {},
};
export const completed = { id: '0.4', type: 'execution.completed', time: '1970-01-01T00:00:01.300Z', output: null };
