import { ApplicationFailure } from '@temporalio/common';
import type { ActionContext, Adapter } from '../../adapters/adapter.ts';
import type { ActionManifest } from '../../adapters/manifest.ts';
import { defineManifest } from '../../adapters/manifest-hash.ts';
import type { Json } from '../../dsl/ir/json.ts';
import type { ActionRequest, ErrorInfo } from '../contract.ts';
import { type ActivityDeps, runAction } from '../run-action.ts';
import { createSecretsResolver } from '../secrets/secrets.ts';

export function testRequest(over: Partial<ActionRequest> = {}): ActionRequest {
  return {
    adapter: 'demo', action: 'act', params: {}, fills: [],
    flow: { name: 'demo-flow', version: '1.0.0' }, execution: 'exec-1', environment: 'test', step: 'each[2].act',
    idempotencyKey: 'exec-1:each[2].act:0', covered: false, ownKey: false, attemptTimeoutMs: 2000,
    retry: { attempts: 3, backoff: 'exponential', initialMs: 1000, factor: 2, maxIntervalMs: 60_000, jitter: 0 },
    attemptOffset: 0, firstAttemptAt: 0,
    ...over,
  };
}

/** An adapter `demo` with one action `act`. */
export function demoAdapter(act: (params: Json, context: ActionContext) => unknown, manifest: Partial<ActionManifest> = {}): Adapter {
  return {
    manifest: defineManifest({ name: 'demo', version: '1.0.0', actions: { act: { idempotency: 'none', completion: 'sync', ...manifest } } }),
    // Adapters may break their promise about what they give: that is what the activity is tested for.
    actions: { act: async (params, context) => (await act(params, context)) as Json },
  };
}

export interface Run {
  readonly adapter: Adapter;
  readonly request?: Partial<ActionRequest>;
  readonly deps?: Partial<ActivityDeps>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly cancellation?: AbortSignal;
  readonly heartbeat?: () => void;
  readonly attempt?: number;
}

/** Runs one attempt of `demo.act`. */
export function run({ adapter, request = {}, deps = {}, secrets = {}, cancellation = new AbortController().signal, heartbeat, attempt = 1 }: Run): Promise<Json> {
  const full: ActivityDeps = {
    registry: { find: (name) => Promise.resolve(name === adapter.manifest.name ? adapter : undefined) },
    secrets: createSecretsResolver([(name) => Promise.resolve(secrets[name])]),
    callbackUrls: (claim) => `https://weir.example/callbacks/${claim.nonce}-token`,
    log: () => undefined,
    now: () => 10_000,
    random: () => 0.5,
    ...deps,
  };
  return runAction(testRequest(request), full, { attempt, cancellation, ...(heartbeat !== undefined && { heartbeat }) });
}

export interface Failed {
  readonly failure: ApplicationFailure;
  readonly info: ErrorInfo;
}

/** The ApplicationFailure that an attempt ends with, and its ErrorInfo. */
export async function failed(attempt: Promise<Json>): Promise<Failed> {
  const ended = await attempt.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ('value' in ended) throw new Error(`expected a failure, got ${JSON.stringify(ended.value)}`);
  if (!(ended.error instanceof ApplicationFailure)) throw ended.error;
  return { failure: ended.error, info: ended.error.details?.[0] as ErrorInfo }; // what to-application-failure puts there
}
