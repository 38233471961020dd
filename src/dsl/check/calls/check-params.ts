import type { ValidateFunction } from 'ajv/dist/2020.js';
import { didYouMean } from '../../diagnostics/nearest.ts';
import type { Json, JsonObject } from '../../ir/index.ts';
import type { MapNode, Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import type { CallTarget } from '../model.ts';
import { compileSchema } from '../read/schema-compiler.ts';

/** Compiled once for each manifest's schema object; gone with it. */
const validators = new WeakMap<JsonObject, ValidateFunction | null>();

export interface ParamPlaces {
  /** The step, for what is missing. */
  readonly step: Node;
  /** The step's own `params`, for what is there. */
  readonly params: MapNode | undefined;
}

/** Holds what is known of a call's params against the action's input schema. What is computed is checked when it runs. */
export function checkParams(context: CheckContext, target: CallTarget, places: ParamPlaces): void {
  const schema = target.definition?.input;
  if (schema === undefined) return;
  const name = `${String(target.manifest?.name)}.${target.action}`;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const given = new Set(target.params.map((param) => param.key));
  for (const key of texts(schema['required'])) {
    if (given.has(key) || hasDefault(properties[key])) continue;
    context.reporter.key(
      'WEIR5006',
      places.step,
      `\`${name}\` needs the param \`${key}\`, and neither this step nor a default gives it.`,
    );
  }
  if (schema['additionalProperties'] === false && schema['patternProperties'] === undefined) {
    for (const key of given) {
      if (Object.hasOwn(properties, key)) continue;
      context.reporter.key(
        'WEIR5007',
        placeOf(places, key),
        `\`${name}\` has no param \`${key}\`.`,
        didYouMean(key, Object.keys(properties)),
      );
    }
  }
  checkLiterals(context, target, { schema, places, name });
}

function checkLiterals(
  context: CheckContext,
  target: CallTarget,
  on: { schema: JsonObject; places: ParamPlaces; name: string },
): void {
  const known: Record<string, Json> = {};
  for (const { key, value, optional } of target.params)
    if (value.ir.v === 'lit' && optional === undefined) known[key] = value.ir.value;
  const validate = validatorOf(on.schema);
  if (validate === null || validate(known)) return;
  const reported = new Set<string>();
  for (const error of validate.errors ?? []) {
    const [, first] = error.instancePath.split('/');
    if (first === undefined) continue; // what the params lack as a whole may still be computed
    const key = first.replaceAll('~1', '/').replaceAll('~0', '~');
    if (reported.has(key)) continue;
    reported.add(key);
    const allowed = error.keyword === 'enum' ? `: ${JSON.stringify(error.params['allowedValues'])}` : '';
    context.reporter.value(
      'WEIR5007',
      placeOf(on.places, key),
      `The param \`${key}\` of \`${on.name}\` ${error.message ?? 'does not fit'}${allowed}.`,
    );
  }
}

function placeOf(places: ParamPlaces, key: string): Node {
  return places.params?.entries.get(key)?.value ?? places.step;
}

/** Null for a manifest schema that does not compile: the adapter's problem, not the author's. */
function validatorOf(schema: JsonObject): ValidateFunction | null {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  let compiled: ValidateFunction | null = null;
  try {
    compiled = compileSchema(schema);
  } catch {
    compiled = null;
  }
  validators.set(schema, compiled);
  return compiled;
}

function hasDefault(schema: Json | undefined): boolean {
  return isObject(schema) && Object.hasOwn(schema, 'default');
}

function texts(json: Json | undefined): string[] {
  return Array.isArray(json) ? (json as readonly Json[]).filter((each) => typeof each === 'string') : [];
}

export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
