import type { Json, JsonObject } from '../ir/index.ts';

// Pieces that the schema is made of. Definitions are referred to as `#/definitions/…`: understood by every draft and by editors.

export function ref(name: string): JsonObject {
  return { $ref: `#/definitions/${name}` };
}

/** A setting with what an editor shows on hover. */
export function setting(description: string, schema: JsonObject): JsonObject {
  return { description, ...schema };
}

export function record(properties: Record<string, Json>, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties, additionalProperties: false, ...more };
}

export const TEXT: JsonObject = { type: 'string', minLength: 1 };
export const TEXTS: JsonObject = { anyOf: [TEXT, { type: 'array', items: TEXT, minItems: 1 }] };
export const BOOLEAN: JsonObject = { type: 'boolean' };
/** Data of any type; strings may be references or hold `${ … }`. */
export const VALUE: JsonObject = {};
export const EXPRESSION: JsonObject = { type: ['string', 'boolean', 'number', 'array', 'object'] };
export const CONDITION: JsonObject = { type: ['string', 'boolean'] };
export const STEPS: JsonObject = ref('steps');
export const SOME_STEPS: JsonObject = { allOf: [ref('steps'), { minItems: 1 }] };

export const DURATION: JsonObject = ref('duration');
export const COUNT: JsonObject = ref('count');

export const SHARED_DEFINITIONS: Record<string, JsonObject> = {
  duration: {
    title: 'Duration',
    description:
      'A length of time: `30s`, `5m`, `1h30m`, ISO 8601 (`PT5M`), or a reference or `${ … }` that gives one.',
    type: 'string',
    pattern: '^\\s*(\\d|[Pp]|.*\\$)',
    examples: ['30s', '5m', '1h30m'],
  },
  count: {
    title: 'Count',
    description: 'A whole number of at least 1, or a reference that gives one.',
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', pattern: '\\$' },
    ],
  },
  values: {
    title: 'Values',
    description:
      'A map of values. A string that is exactly a reference (`$step.field`) or exactly `${ … }` keeps its type; `${ … }` inside a longer string interpolates.',
    type: 'object',
  },
  retry: {
    title: 'Retry',
    description: 'How often and how fast to try again. `false` is one attempt.',
    anyOf: [
      { const: false },
      record({
        attempts: setting('How many tries at most, counting the first. Default 3.', COUNT),
        backoff: setting('How the pause grows. Default `exponential`.', {
          enum: ['exponential', 'linear', 'constant'],
        }),
        initial: setting('The first pause. Default `1s`.', DURATION),
        factor: setting('What each pause is multiplied by. Default 2.', { type: 'number', minimum: 1, maximum: 1000 }),
        max_interval: setting('The longest pause. Default `1m`.', DURATION),
        jitter: setting('Share of the pause that is random, 0 to 1. Default 0.2.', {
          type: 'number',
          minimum: 0,
          maximum: 1,
        }),
        max_duration: setting('No new try after this time.', DURATION),
        on: setting('Codes of errors to try again after, in place of what the adapter says.', TEXTS),
        not_on: setting('Codes of errors after which not to try again.', TEXTS),
      }),
    ],
  },
  handlers: {
    title: 'Error handlers',
    description:
      'A list of steps (catches everything), or of handlers `{ match, do }`, of which the first that matches runs. `$error` is the error.',
    type: 'array',
    items: { anyOf: [ref('handler'), ref('step')] },
  },
  handler: record(
    {
      match: setting('An error code, a list of codes, or `{ status, code, if }`.', {
        anyOf: [
          TEXTS,
          record({
            status: setting('`404`, or a class such as `4xx`.', {
              anyOf: [ref('status'), { type: 'array', items: ref('status') }],
            }),
            code: setting('A code or a list of codes.', TEXTS),
            if: setting('A condition over `$error`.', CONDITION),
          }),
        ],
      }),
      do: setting('Steps that handle the error.', STEPS),
      description: setting('What this is for.', TEXT),
    },
    { required: ['do'] },
  ),
  status: {
    anyOf: [
      { type: 'integer', minimum: 100, maximum: 599 },
      { type: 'string', pattern: '^[1-5]([xX]{2}|[0-9]{2})$' },
    ],
  },
};
