import type { JsonObject } from '../../dsl/ir/json.ts';

const text: JsonObject = { type: 'string', minLength: 1 };
const identifier: JsonObject = { type: 'string', pattern: '^[a-z][a-z0-9_]*$', maxLength: 64 };
const duration: JsonObject = { type: 'string', pattern: '^(([0-9]+(ms|s|m|h|d))+|P[0-9DTHMS.]+)$' };
const pointer: JsonObject = { type: 'string', pattern: '^(/.*)?$' };
const status: JsonObject = {
  anyOf: [
    { type: 'integer', minimum: 100, maximum: 599 },
    { type: 'string', pattern: '^[1-5]([0-9]{2}|xx)$' },
  ],
};
const headers: JsonObject = {
  type: 'object',
  propertyNames: { pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" },
  additionalProperties: { type: 'string' },
};
const textOrPointer: JsonObject = {
  anyOf: [text, { type: 'object', required: ['pointer'], additionalProperties: false, properties: { pointer } }],
};

const auth: JsonObject = {
  type: 'object',
  required: ['type'],
  properties: { type: { enum: ['none', 'bearer', 'basic', 'api_key'] } },
  allOf: [
    branch('none', {}, []),
    branch('bearer', { token: text }, ['token']),
    branch('basic', { username: { type: 'string' }, password: { type: 'string' } }, ['username', 'password']),
    branch('api_key', { header: text, query: text, value: text }, ['value']),
  ],
};

const errorRule: JsonObject = {
  type: 'object',
  required: ['code'],
  additionalProperties: false,
  properties: {
    status: { anyOf: [status, { type: 'array', minItems: 1, items: status }] },
    when: {
      type: 'object',
      required: ['pointer', 'equals'],
      additionalProperties: false,
      properties: { pointer, equals: {} },
    },
    code: textOrPointer,
    message: textOrPointer,
    retryable: { type: 'boolean' },
  },
};

// Every keyword but `type` and `not` is for maps only: `false` passes.
const retry: JsonObject = {
  type: ['object', 'boolean'],
  not: { const: true },
  additionalProperties: false,
  properties: {
    attempts: { type: 'integer', minimum: 1 },
    backoff: { enum: ['exponential', 'linear', 'constant'] },
    initial: duration,
    factor: { type: 'number', minimum: 1 },
    max_interval: duration,
    jitter: { type: 'number', minimum: 0, maximum: 1 },
    max_duration: duration,
    on: { type: 'array', items: text },
    not_on: { type: 'array', items: text },
  },
};

const action: JsonObject = {
  type: 'object',
  required: ['path'],
  additionalProperties: false,
  properties: {
    title: text,
    description: text,
    method: { enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] },
    path: { type: 'string', pattern: '^(/|$)' },
    query: { type: 'object' },
    headers,
    body: {},
    input: { type: 'object' },
    output: { type: 'object' },
    defaults: { type: 'object' },
    idempotency: {
      anyOf: [
        { enum: ['safe', 'none'] },
        { type: 'object', required: ['key'], additionalProperties: false, properties: { key: text } },
      ],
    },
    completion: { enum: ['sync', 'callback'] },
    callback_schema: { type: 'object' },
    retry,
    attempt_timeout: duration,
    errors: { type: 'array', items: errorRule },
    result: pointer,
    example: {},
  },
};

/** JSON Schema (2020-12) of an adapter file. Published for editors as it is. */
export const ADAPTER_FILE_SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Weir adapter',
  type: 'object',
  required: ['name', 'version', 'base_url', 'actions'],
  additionalProperties: false,
  properties: {
    name: identifier,
    version: { type: 'string', pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$' },
    title: text,
    description: text,
    base_url: text,
    auth,
    headers,
    default_action: identifier,
    actions: { type: 'object', minProperties: 1, propertyNames: identifier, additionalProperties: action },
  },
};

function branch(type: string, properties: JsonObject, required: readonly string[]): JsonObject {
  return {
    if: { properties: { type: { const: type } } },
    then: { additionalProperties: false, required, properties: { type: true, ...properties } },
  };
}
