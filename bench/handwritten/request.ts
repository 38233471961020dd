import { workflowInfo } from '@temporalio/workflow';
import type { ActionRequest } from '../../src/activities/contract.ts';
import type { Json } from '../../src/dsl/ir/json.ts';

/** What a hand-written workflow calls: how often, what, with which params. */
export interface HandInput {
  readonly calls: number;
  readonly adapter: string;
  readonly action: string;
  readonly params: Json;
}

/** The argument that the shared activity function takes. */
export function request(input: HandInput, index: number): ActionRequest {
  const execution = workflowInfo().workflowId;
  const step = `call_${index}`;
  return {
    adapter: input.adapter,
    action: input.action,
    params: input.params,
    fills: [],
    flow: { name: 'hand', version: '1.0.0' },
    execution,
    environment: 'development',
    step,
    idempotencyKey: `${execution}:${step}:0`,
    ownKey: false,
    covered: true,
    attemptTimeoutMs: 30_000,
    retry: { attempts: 3, backoff: 'exponential', initialMs: 1_000, factor: 2, maxIntervalMs: 60_000, jitter: 0.2 },
    attemptOffset: 0,
    firstAttemptAt: Date.now(),
  };
}
