import { ActionError } from '../../src/adapters/action-error.ts';
import type { ActionContext, Adapter } from '../../src/adapters/adapter.ts';
import { manifestHash } from '../../src/adapters/manifest-hash.ts';
import type { AdapterManifest } from '../../src/adapters/manifest.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import type { VirtualAnswer } from '../../src/workflows/host/virtual-port.ts';

/**
 * An adapter whose calls say in their params what they do: wait `after` ms, fail as often as `fail` has codes, then give
 * `value`. It keeps no state, so it does the same in virtual time and on a real worker. `spare` is another one of the
 * same kind, for fallbacks.
 */
export interface DemoParams {
  readonly after?: number;
  /** Code of each failing attempt, first to last; the one after them succeeds. `http_503` and the like are retryable. */
  readonly fail?: readonly string[];
  readonly value?: Json;
  /** Adapter in which `fail` counts; left out: in all. */
  readonly fail_in?: string;
}

/** Which call is answered. `key` gives its idempotency key, without the execution's id, instead of `value`. */
export interface DemoCall {
  readonly adapter: string;
  readonly action: string;
  readonly execution: string;
  readonly idempotencyKey: string;
}

export function demoAnswer(params: DemoParams, attempt: number, call: DemoCall): VirtualAnswer {
  const after = params.after ?? 0;
  const code = params.fail_in === undefined || params.fail_in === call.adapter ? params.fail?.[attempt - 1] : undefined;
  if (code === undefined)
    return {
      after,
      result: call.action === 'key' ? call.idempotencyKey.replace(`${call.execution}:`, '') : (params.value ?? null),
    };
  const status = /^http_(\d+)$/.exec(code);
  return {
    after,
    error: {
      code,
      message: `the demo says ${code}`,
      retryable: status !== null && Number(status[1]) >= 500,
      ...(status !== null && { status: Number(status[1]) }),
    },
  };
}

const ACTION = { idempotency: 'safe', completion: 'sync' } as const;
const manifestOf = (name: string): AdapterManifest => {
  const manifest: Omit<AdapterManifest, 'hash'> = {
    name,
    version: '1.0.0',
    title: 'Demo',
    default_action: 'act',
    actions: {
      act: { ...ACTION, title: 'Does what its params say' },
      key: ACTION,
      risky: { ...ACTION, idempotency: 'none' },
      start: { ...ACTION, completion: 'callback' },
    },
  };
  return { ...manifest, hash: manifestHash(manifest) };
};
export const demoManifest: AdapterManifest = manifestOf('demo');

async function act(params: Json, context: ActionContext, call: Pick<DemoCall, 'adapter' | 'action'>): Promise<Json> {
  const answer = demoAnswer(params as DemoParams, context.attempt, {
    ...call,
    execution: context.execution,
    idempotencyKey: context.idempotencyKey,
  }); // the flows of the corpus keep to it
  await new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, answer.after);
    context.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new Error('aborted'));
    });
  });
  if ('result' in answer) return answer.result;
  const { code, message, status, retryable } = answer.error;
  throw new ActionError({
    code,
    message,
    retryable: retryable ?? false,
    outcome: 'failed',
    ...(status !== undefined && { status }),
  });
}

function adapterOf(manifest: AdapterManifest): Adapter {
  const action = (name: string) => (params: Json, context: ActionContext) =>
    act(params, context, { adapter: manifest.name, action: name });
  return { manifest, actions: Object.fromEntries(Object.keys(manifest.actions).map((name) => [name, action(name)])) };
}
export const demoAdapter: Adapter = adapterOf(demoManifest);
export const spareAdapter: Adapter = adapterOf(manifestOf('spare'));
