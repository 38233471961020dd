import { didYouMean, nearest } from '../../diagnostics/nearest.ts';
import type { Json, JsonObject, StepKind } from '../../ir/index.ts';
import { isObject } from '../calls/check-params.ts';
import type { CheckContext } from '../context.ts';
import type { LocatedReference, StepModel } from '../model.ts';
import type { FlowFacts } from './flow-facts.ts';

const ANY: JsonObject = {};

/** Holds the path of `$step.path` against what is known of the step's result. */
export function checkResultPath(context: CheckContext, facts: FlowFacts, reference: LocatedReference): void {
  const step = facts.steps.get(reference.root);
  if (step === undefined || reference.optional) return;
  // What an error leaves behind is another shape, so nothing is known.
  const { onError, continueOnError, fallback } = step.modifiers;
  if (onError !== undefined || continueOnError === true || fallback !== undefined) return;
  let schema: Json | undefined = resultSchema(step);
  let so = `$${reference.root}`;
  for (const part of reference.path) {
    if (!isObject(schema) || !isPlain(schema)) return;
    const outcome = follow(schema, part);
    if (outcome.missing !== undefined) {
      const report = (code: 'WEIR4012' | 'WEIR4013', hint?: string) => {
        context.reporter.span(code, reference.span, `\`${so}\` ${outcome.missing ?? ''}.`, hint, reference.node);
      };
      const close = typeof part === 'string' ? nearest(part, outcome.known) : undefined;
      if (outcome.closed) report('WEIR4012', typeof part === 'string' ? didYouMean(part, outcome.known) : undefined);
      else if (close !== undefined) report('WEIR4013', `Did you mean \`${close}\`?`);
      return;
    }
    schema = outcome.schema;
    so += typeof part === 'number' ? `[${part}]` : `.${part}`;
  }
}

interface Outcome {
  readonly schema?: Json | undefined;
  /** Why there is nothing. */
  readonly missing?: string;
  readonly closed?: boolean;
  readonly known: readonly string[];
}

function follow(schema: JsonObject, part: string | number): Outcome {
  const types = typesOf(schema);
  if (types !== null && !types.includes(typeof part === 'number' ? 'array' : 'object')) {
    const holds = typeof part === 'number' ? 'no items' : `no field \`${part}\``;
    return {
      missing: `is ${types.map((type) => (type === 'null' ? '`null`' : `of type ${type}`)).join(' or ')} and has ${holds}`,
      closed: true,
      known: [],
    };
  }
  if (typeof part === 'number') return { schema: isObject(schema['items']) ? schema['items'] : ANY, known: [] };
  const properties = isObject(schema['properties']) ? schema['properties'] : ANY;
  if (Object.hasOwn(properties, part)) return { schema: properties[part], known: [] };
  const { additionalProperties, patternProperties } = schema;
  if (isObject(additionalProperties)) return { schema: additionalProperties, known: [] };
  if (patternProperties !== undefined) return { schema: ANY, known: [] };
  const known = Object.keys(properties);
  return { missing: `has no field \`${part}\``, closed: additionalProperties === false, known };
}

/** Schemas that say their shape by other means are not followed. */
function isPlain(schema: JsonObject): boolean {
  return !['$ref', '$dynamicRef', 'allOf', 'anyOf', 'oneOf', 'if'].some((keyword) => schema[keyword] !== undefined);
}

function typesOf(schema: JsonObject): string[] | null {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? (type as readonly Json[]).filter((each) => typeof each === 'string') : null;
}

const closed = (...fields: string[]): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(fields.map((field) => [field, ANY])),
  additionalProperties: false,
});

const RESULTS: Readonly<Partial<Record<StepKind, JsonObject>>> = {
  wait: { type: 'null' },
  approve: closed('approved', 'by', 'at', 'comment', 'form'),
  emit: closed('id'),
  foreach: { type: 'array' },
  wait_for: { type: 'object' },
};

/** JSON Schema of a step's result as far as the flow itself tells; anything when it does not. */
function resultSchema(step: StepModel): Json {
  switch (step.kind) {
    case 'call': {
      const [target] = step.settings.targets;
      const definition = target?.definition;
      if (definition === undefined) return ANY;
      const waits = step.modifiers.awaitCallback === true || definition.completion === 'callback';
      return (waits ? definition.callback_schema : definition.output) ?? ANY;
    }
    case 'parallel': {
      const { join, branches, partial } = step.settings;
      if (partial) return ANY;
      return join === undefined || join === 'all' || join === 'settled'
        ? closed(...branches.map((branch) => branch.id))
        : ANY;
    }
    case 'set':
      return closed(...step.settings.entries.map((entry) => entry.key));
    case 'flow':
      return step.settings.wait ? ANY : closed('execution_id');
    default:
      return RESULTS[step.kind] ?? ANY;
  }
}
