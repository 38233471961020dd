import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import { ActionError } from '../action-error.ts';
import type { ActionContext } from '../adapter.ts';
import { encodeBody } from '../http/encode-body.ts';
import { appendQuery, parseUrl } from '../http/request-url.ts';
import { resolveReferences, type Settings } from './settings.ts';
import type { ActionSpec, AdapterSpec } from './spec.ts';
import { fillTemplate, fillText, templateParams } from './template.ts';

export interface BuiltRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** The HTTP request of one call of a described action. Errors: `validation_failed`, `connection_not_configured`, `secret_not_found`. */
export async function buildRequest(
  spec: AdapterSpec,
  action: ActionSpec,
  call: { params: JsonObject; context: ActionContext; settings: Settings },
): Promise<BuiltRequest> {
  const { params, context } = call;
  const sources = { settings: call.settings, secret: context.secret };
  const method = methodOf(action);
  const base = parseUrl((await resolveReferences(spec.base_url, sources)).replace(/\/+$/, ''));
  const url = new URL(base.url.href.replace(/\/+$/, '') + pathOf(action.path, params));
  const headers: Record<string, string> = {
    'accept-encoding': 'gzip, deflate, br',
    accept: 'application/json',
    'user-agent': 'weir/0.1',
  };
  if (base.authorization !== null) headers['authorization'] = base.authorization;
  for (const [name, template] of Object.entries({ ...spec.headers, ...action.headers })) {
    // References first: what a param brings is data and is not looked up again.
    headers[name.toLowerCase()] = fillText(await resolveReferences(template, sources), params, (text) => text);
  }
  const key = keyHeader(action);
  if (key !== null) headers[key.toLowerCase()] = context.idempotencyKey;
  else if (context.ownKey) headers['idempotency-key'] ??= context.idempotencyKey;
  await authorize(spec, { url, headers, sources });

  const query = fillTemplate(action.query ?? {}, params);
  appendQuery(url, isObject(query) ? query : {});
  const rest = unusedParams(action, params);
  if (action.body === undefined && !WITH_BODY.has(method)) appendQuery(url, rest);
  const body =
    action.body === undefined ? (WITH_BODY.has(method) ? rest : null) : (fillTemplate(action.body, params) ?? null);
  return { method, url, headers, body: encodeBody(body, headers) };
}

/** Default POST. */
export function methodOf(action: ActionSpec): string {
  return action.method ?? 'POST';
}

/** Header of the provider's idempotency key, or null. */
export function keyHeader(action: ActionSpec): string | null {
  return typeof action.idempotency === 'object' ? action.idempotency.key : null;
}

function pathOf(template: string, params: JsonObject): string {
  for (const name of templateParams(template)) {
    const value = Object.hasOwn(params, name) ? params[name] : null;
    if (value === undefined || value === null || value === '')
      throw invalid(`/${name} is required: it is part of the address`);
    // `.` and `..` would climb out of the path however they are encoded.
    if (value === '.' || value === '..') throw invalid(`/${name} can't be "${value}": it is part of the address`);
  }
  return fillText(template, params, encodeURIComponent);
}

function unusedParams(action: ActionSpec, params: JsonObject): JsonObject {
  const used = new Set([
    ...templateParams(action.path),
    ...templateParams(action.query),
    ...templateParams(action.headers),
  ]);
  return Object.fromEntries(Object.entries(params).filter(([name]) => !used.has(name)));
}

type Sources = Parameters<typeof resolveReferences>[1];

async function authorize(
  spec: AdapterSpec,
  target: { url: URL; headers: Record<string, string>; sources: Sources },
): Promise<void> {
  const { url, headers, sources } = target;
  const auth = spec.auth ?? { type: 'none' };
  switch (auth.type) {
    case 'none':
      return;
    case 'bearer':
      headers['authorization'] = `Bearer ${await resolveReferences(auth.token, sources)}`;
      return;
    case 'basic': {
      const credentials = `${await resolveReferences(auth.username, sources)}:${await resolveReferences(auth.password, sources)}`;
      headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
      return;
    }
    case 'api_key': {
      const value = await resolveReferences(auth.value, sources);
      if (auth.query !== undefined) url.searchParams.set(auth.query, value);
      else headers[(auth.header ?? 'x-api-key').toLowerCase()] = value;
    }
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
function invalid(message: string): ActionError {
  return new ActionError({ code: 'validation_failed', message, outcome: 'not_sent' });
}
