import type { FLOW_KEYS } from '../check/read-flow.ts';
import type { CompileEnvironment } from '../compile-environment.ts';
import type { JsonObject } from '../ir/index.ts';
import { COUNT, DURATION, record, ref, setting, SHARED_DEFINITIONS, STEPS, TEXT, TEXTS, VALUE } from './fragments.ts';
import { stepDefinitions } from './step-definitions.ts';
import { triggerDefinitions } from './trigger-definitions.ts';

/**
 * JSON Schema of the flow DSL (dsl.md), for editors: titles and descriptions for hover, structure for completion. It says what can
 * be said without meaning; names, references and types are the compiler's. With an environment the adapters are offered by name.
 */
export function flowSchema(environment?: CompileEnvironment): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://weir.dev/schema/flow.json',
    title: 'Weir flow',
    description: 'A flow of the Weir orchestrator, version 1 of the DSL.',
    type: 'object',
    required: ['flow', 'steps'],
    properties: flowProperties(),
    patternProperties: { '^x-': {} },
    additionalProperties: false,
    definitions: {
      ...SHARED_DEFINITIONS,
      ...stepDefinitions(),
      ...triggerDefinitions(),
      adapter: adapterSchema(environment),
    },
  };
}

function adapterSchema(environment: CompileEnvironment | undefined): JsonObject {
  const names = [...(environment?.adapters.keys() ?? [])];
  return names.length === 0 ? TEXT : { anyOf: [{ enum: names }, { type: 'string', pattern: '\\$' }] };
}

function flowProperties(): Readonly<Record<(typeof FLOW_KEYS)[number], JsonObject>> {
  return {
    dsl: setting('Version of the DSL: 1.', { enum: [1, '1'] }),
    flow: setting('Name of the flow: small letters, digits and `-`.', {
      type: 'string',
      pattern: '^[a-z][a-z0-9-]{0,63}$',
      not: { enum: ['constructor', 'prototype', 'default'] },
    }),
    version: setting('Semantic version. Left out, the registry bumps the patch level.', {
      type: 'string',
      pattern: '^\\d+\\.\\d+\\.\\d+([-+].+)?$',
    }),
    title: setting('Name for people.', TEXT),
    description: setting('What the flow is for.', TEXT),
    category: setting('Groups flows in lists.', TEXT),
    tags: setting('Labels for finding the flow.', TEXTS),
    inputs: setting(
      "The flow's input: a map of JSON Schema properties, each required unless it has `default` or `required: false`; or a whole schema with `type: object`.",
      { type: 'object' },
    ),
    trigger: setting('What starts the flow. Left out: by hand.', ref('triggers')),
    vars: setting('Variables at the start, read as `$vars.name` and set with `set`.', {
      type: 'object',
      propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
    }),
    actions: setting('Named calls that steps can use by their bare name.', {
      type: 'object',
      additionalProperties: record({
        adapter: setting('The adapter to call.', TEXT),
        action: setting('Its action.', TEXT),
        params: setting("What to pass; a step's own params come first.", ref('values')),
        description: setting('What this is for.', TEXT),
      }),
    }),
    defaults: setting(
      'For every call step that does not say otherwise.',
      record({
        retry: setting('How often and how fast to try again.', ref('retry')),
        timeout: setting('Bounds a call with its retries.', DURATION),
        attempt_timeout: setting('Bounds one try.', DURATION),
      }),
    ),
    steps: setting('What the flow does, in order.', { allOf: [ref('steps'), { minItems: 1 }] }),
    output: setting("The flow's output. Left out: the result of the last top-level step that ran.", VALUE),
    on_error: setting(
      'What to do when the flow fails. It still ends failed, unless a handler `return`s.',
      ref('handlers'),
    ),
    finally: setting('Steps that always run at the end, after cancel and time-out too.', STEPS),
    timeout: setting('Bounds the whole execution.', DURATION),
    on_timeout: setting('`cancel` (default) ends it as timed out, `retry` starts over, at most twice.', {
      enum: ['cancel', 'retry'],
    }),
    concurrency: setting(
      'How many executions may run at once.',
      record(
        {
          limit: setting('How many.', COUNT),
          key: setting('Counted for each value of this.', VALUE),
          when_full: setting('`queue` (default), `reject`, or `cancel_oldest`.', {
            enum: ['queue', 'reject', 'cancel_oldest'],
          }),
        },
        { required: ['limit'] },
      ),
    ),
  };
}
