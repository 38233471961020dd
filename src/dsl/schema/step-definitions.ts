import { CALL_SETTINGS, KEYWORDS, KIND_KEYWORDS, MODIFIERS, MODIFIERS_OF } from '../check/keywords.ts';
import type { Json, JsonObject, StepKind } from '../ir/index.ts';
import { ref } from './fragments.ts';
import { MODIFIER_SCHEMAS } from './modifiers.ts';
import { callSchema } from './steps/call.ts';
import { KIND_SCHEMAS } from './steps/index.ts';

const ID = '^([A-Za-z][A-Za-z0-9_]*\\.)?[A-Za-z_][A-Za-z0-9_]*$';
const NOT_A_KEYWORD: JsonObject = { not: { enum: [...KEYWORDS] } };

/** The forms of a step (dsl.md, section 2): a name, `name: …`, or the step object; and branches of `parallel`. */
export function stepDefinitions(): Record<string, JsonObject> {
  return {
    steps: { title: 'Steps', type: 'array', items: ref('step') },
    step: {
      title: 'Step',
      description: "A step: the name of an action, `name: { … }`, or the step's own keys.",
      anyOf: [{ type: 'string', pattern: ID }, ref('bareStep'), ref('namedStep')],
    },
    bareStep: {
      allOf: [ref('stepObject')],
      anyOf: ['id', ...CALL_SETTINGS, ...KIND_KEYWORDS].map((key) => ({ required: [key] })),
    },
    namedStep: {
      title: 'Named step',
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      propertyNames: { allOf: [NOT_A_KEYWORD, { pattern: ID }] },
      additionalProperties: {
        anyOf: [
          { type: 'null' },
          { type: 'string', minLength: 1 },
          { allOf: [ref('stepObject'), { not: { required: ['id'] } }] },
        ],
      },
    },
    stepObject: stepObject(),
    branch: {
      title: 'Branch',
      description: 'A step, `name: [steps]`, or a list of steps.',
      anyOf: [ref('step'), { allOf: [ref('steps'), { minItems: 1 }] }, ref('namedBranch')],
    },
    namedBranch: {
      title: 'Named branch',
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      propertyNames: NOT_A_KEYWORD,
      additionalProperties: { allOf: [ref('steps'), { minItems: 1 }] },
    },
  };
}

function stepObject(): JsonObject {
  const kinds = Object.fromEntries(
    Object.entries(KIND_SCHEMAS).map(([kind, schema]) => [kind, { title: kind, ...schema }]),
  );
  const properties: Record<string, Json> = { ...callSchema, ...kinds, ...MODIFIER_SCHEMAS };
  return {
    title: 'Step',
    type: 'object',
    minProperties: 1,
    properties,
    additionalProperties: false,
    allOf: [...KIND_KEYWORDS.map(onlyWith), ...callOnly()],
  };
}

/** A step does one thing: beside a kind stand only the modifiers that make sense on it. */
function onlyWith(kind: StepKind): JsonObject {
  return { if: { required: [kind] }, then: { propertyNames: { enum: [kind, ...MODIFIERS_OF[kind]] } } };
}

function callOnly(): JsonObject[] {
  return CALL_SETTINGS.map((setting) => ({
    if: { required: [setting] },
    then: { propertyNames: { enum: [...CALL_SETTINGS, ...MODIFIERS] } },
  }));
}
