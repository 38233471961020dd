import type { Json, JsonObject } from '../dsl/ir/json.ts';

const DURATION: JsonObject = {
  type: ['string', 'integer'],
  description: 'A length of time: 3s, 1h30m, PT5M',
  pattern: '^(P.+|([0-9]+(\\.[0-9]+)?(ms|[smhdw]))+)$',
  maximum: 0,
  minimum: 0,
};
const TEXT: JsonObject = { type: 'string', minLength: 1 };

function record(description: string, properties: Record<string, Json>, more: JsonObject = {}): JsonObject {
  return {
    type: 'object',
    description,
    properties,
    patternProperties: { '^x-': {} },
    additionalProperties: false,
    ...more,
  };
}

const FAIL: JsonObject = {
  description: 'The error of this attempt; a text is its code',
  anyOf: [
    TEXT,
    record(
      'An error',
      {
        code: { ...TEXT, description: 'http_503, timeout, or what the adapter documents' },
        message: TEXT,
        status: {
          type: 'integer',
          minimum: 100,
          maximum: 599,
          description: 'Left out: taken from a code http_<status>',
        },
        retryable: { type: 'boolean', description: 'Left out: as the http adapter would say' },
        details: {},
        retry_after: DURATION,
      },
      { required: ['code'] },
    ),
  ],
};
const ANSWER: JsonObject = record(
  'One answer of a mocked call',
  {
    return: { description: 'The result' },
    fail: FAIL,
    delay: { ...DURATION, description: 'Virtual time until the answer' },
  },
  { minProperties: 1, not: { required: ['return', 'fail'] } },
);
const MOCKS: JsonObject = {
  type: 'object',
  description: 'Answers by adapter.action, step id or step address; a list has one for each attempt, the last repeats',
  additionalProperties: { anyOf: [ANSWER, { type: 'array', items: ANSWER, minItems: 1 }] },
};

const AFTER: JsonObject = { ...DURATION, description: 'Virtual time after the start of the execution; 0 if left out' };
const EVENT: JsonObject = {
  description: 'What happens to the execution from outside',
  anyOf: [
    record(
      'An event, as wait_for waits for',
      { after: AFTER, type: TEXT, data: {}, id: TEXT, source: TEXT },
      { required: ['type'] },
    ),
    record(
      'The callback of a step',
      { after: AFTER, callback: record('Whose, with what', { step: TEXT, payload: {} }, { required: ['step'] }) },
      { required: ['callback'] },
    ),
    record(
      'The decision of an approval',
      {
        after: AFTER,
        decision: record(
          'Whose, and which',
          { step: TEXT, approved: { type: 'boolean' }, comment: TEXT, form: {}, by: TEXT },
          { required: ['step', 'approved'] },
        ),
      },
      { required: ['decision'] },
    ),
    ...['cancel', 'pause', 'resume'].map((kind) =>
      record(`${kind} the execution`, { after: AFTER, [kind]: { const: true } }, { required: [kind] }),
    ),
  ],
};

const ERROR: JsonObject = {
  description: 'A subset of the error; a text is its code',
  anyOf: [
    TEXT,
    record('A subset of the error', {
      code: TEXT,
      message: { ...TEXT, description: 'A part of the message' },
      status: { type: 'integer' },
      adapter: TEXT,
      action: TEXT,
      step: TEXT,
      attempt: { type: 'integer' },
      retryable: { type: 'boolean' },
      details: {},
      cause: {},
    }),
  ],
};
const EXPECT: JsonObject = record('What the execution has to come to', {
  status: {
    enum: ['completed', 'failed', 'cancelled', 'timed_out', 'waiting'],
    description: 'Left out: completed, or failed where an error is expected',
  },
  output: { description: 'A subset of the output' },
  output_exact: { description: 'The whole output' },
  calls: {
    type: 'array',
    description:
      'Every call in order: adapter.action or the id of the step, or one of them with a subset of its params',
    items: { anyOf: [TEXT, { type: 'object', minProperties: 1, maxProperties: 1 }] },
  },
  error: ERROR,
  elapsed: {
    description: 'Virtual time, to the second; to the millisecond if written so',
    anyOf: [DURATION, record('At least and at most', { min: DURATION, max: DURATION })],
  },
});

const TRIGGER: JsonObject = record(
  'Parts of $trigger; without `input` the flow’s trigger of this type makes the input',
  {
    type: TEXT,
    source: TEXT,
    id: TEXT,
    time: TEXT,
    data: {},
    headers: { type: 'object' },
  },
);
const CONFIG: JsonObject = { type: 'object', description: 'Values of $config' };

const CASE: JsonObject = record(
  'One execution and what it has to come to',
  {
    name: { ...TEXT, description: 'Unique in the file' },
    description: TEXT,
    skip: { anyOf: [TEXT, { const: false }], description: 'Why this case is not run' },
    input: { description: 'The input of the flow' },
    trigger: TRIGGER,
    config: CONFIG,
    mocks: MOCKS,
    events: { type: 'array', items: EVENT },
    expect: EXPECT,
  },
  { required: ['name'] },
);

/** The JSON Schema of `*.test.yaml`, for completion and hover in editors. Positions and cross-checks are parseTestFile's. */
export function flowTestSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Weir flow test',
    ...record(
      'Tests of one flow, in virtual time with mocked calls',
      {
        flow: { ...TEXT, description: 'Path of the flow, relative to this file' },
        config: CONFIG,
        mocks: { ...MOCKS, description: 'Mocks of all cases; a case’s own come first' },
        cases: { type: 'array', items: CASE, minItems: 1 },
      },
      { required: ['flow', 'cases'] },
    ),
  };
}
