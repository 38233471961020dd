import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { ActionFunction, Adapter } from '../adapter.ts';
import { ActionError } from '../action-error.ts';
import type { HttpClient } from '../http/client.ts';
import type { ActionManifest, AdapterManifest } from '../manifest.ts';
import { manifestHash } from '../manifest-hash.ts';
import { buildRequest, keyHeader, methodOf } from './build-request.ts';
import { mapAnswer } from './map-answer.ts';
import type { Settings } from './settings.ts';
import type { ActionSpec, AdapterSpec } from './spec.ts';

export interface FromManifestDeps {
  readonly client: HttpClient;
  readonly settings: Settings;
}

/** Bytes of a refused answer that error rules may look into. */
const ERROR_BYTES = 64 * 1024;

/** The adapter that a (checked) adapter file describes. Its hash covers the whole file, so that pins see every change. */
export function adapterFromManifest(spec: AdapterSpec, deps: FromManifestDeps): Adapter {
  const actions = Object.entries(spec.actions);
  return {
    manifest: manifestOf(spec),
    actions: Object.fromEntries(actions.map(([name, action]) => [name, actionFunction(spec, action, deps)])),
  };
}

/** What the compiler and the API know of it. */
export function manifestOf(spec: AdapterSpec): AdapterManifest {
  return {
    name: spec.name,
    version: spec.version,
    ...(spec.title !== undefined && { title: spec.title }),
    ...(spec.description !== undefined && { description: spec.description }),
    ...(spec.default_action !== undefined && { default_action: spec.default_action }),
    actions: Object.fromEntries(Object.entries(spec.actions).map(([name, action]) => [name, actionManifest(action)])),
    hash: manifestHash(spec),
  };
}

function actionManifest(action: ActionSpec): ActionManifest {
  const { title, description, input, output, defaults, callback_schema, retry, attempt_timeout, example } = action;
  const optional = { title, description, input, output, defaults, callback_schema, retry, attempt_timeout, example };
  return {
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    idempotency: idempotencyOf(action),
    completion: action.completion ?? 'sync',
  };
}

function idempotencyOf(action: ActionSpec): 'safe' | 'key' | 'none' {
  if (keyHeader(action) !== null) return 'key';
  if (action.idempotency === 'safe' || action.idempotency === 'none') return action.idempotency;
  return methodOf(action) === 'GET' || methodOf(action) === 'HEAD' ? 'safe' : 'none';
}

function actionFunction(spec: AdapterSpec, action: ActionSpec, deps: FromManifestDeps): ActionFunction {
  return async (params, context) => {
    const request = await buildRequest(spec, action, { params: objectOf(params), context, settings: deps.settings });
    // No redirects: credentials go where the adapter's file says, and nowhere else.
    const answer = await deps.client.exchange({
      ...request,
      signal: context.signal,
      cutAt: (status) => (status >= 200 && status < 300 ? null : ERROR_BYTES),
    });
    return mapAnswer(action, answer, request);
  };
}

function objectOf(params: Json): JsonObject {
  if (params !== null && typeof params === 'object' && !Array.isArray(params)) return params as JsonObject;
  throw new ActionError({ code: 'validation_failed', message: 'The params must be a map.', outcome: 'not_sent' });
}
