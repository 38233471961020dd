import { ActionError } from '../../src/adapters/action-error.ts';
import type { Adapter } from '../../src/adapters/adapter.ts';
import { manifestHash } from '../../src/adapters/manifest-hash.ts';
import type { AdapterManifest } from '../../src/adapters/manifest.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import type { VirtualAnswer } from '../../src/workflows/runtime/virtual-port.ts';

/**
 * An adapter whose calls say in their params what they do: wait `after` ms, fail as often as `fail` has codes, then give
 * `value`. It keeps no state, so it does the same in virtual time and on a real worker.
 */
export interface DemoParams {
  readonly after?: number;
  /** Code of each failing attempt, first to last; the one after them succeeds. `http_503` and the like are retryable. */
  readonly fail?: readonly string[];
  readonly value?: Json;
}

export function demoAnswer(params: DemoParams, attempt: number): VirtualAnswer {
  const after = params.after ?? 0;
  const code = params.fail?.[attempt - 1];
  if (code === undefined) return { after, result: params.value ?? null };
  const status = /^http_(\d+)$/.exec(code);
  return { after, error: { code, message: `the demo says ${code}`, retryable: status !== null && Number(status[1]) >= 500, ...(status !== null && { status: Number(status[1]) }) } };
}

const ACTION = { idempotency: 'safe', completion: 'sync' } as const;
const manifest: Omit<AdapterManifest, 'hash'> = {
  name: 'demo',
  version: '1.0.0',
  title: 'Demo',
  default_action: 'act',
  actions: {
    act: { ...ACTION, title: 'Does what its params say' },
    risky: { ...ACTION, idempotency: 'none' },
    start: { ...ACTION, completion: 'callback' },
  },
};
export const demoManifest: AdapterManifest = { ...manifest, hash: manifestHash(manifest) };

async function act(params: Json, context: { attempt: number; signal: AbortSignal }): Promise<Json> {
  const answer = demoAnswer(params as DemoParams, context.attempt); // the flows of the corpus keep to it
  await new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, answer.after);
    context.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new Error('aborted'));
    });
  });
  if ('result' in answer) return answer.result;
  const { code, message, status, retryable } = answer.error;
  throw new ActionError({ code, message, retryable: retryable ?? false, outcome: 'failed', ...(status !== undefined && { status }) });
}

export const demoAdapter: Adapter = { manifest: demoManifest, actions: { act, risky: act, start: act } };
