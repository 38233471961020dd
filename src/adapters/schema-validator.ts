import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formatsPlugin from 'ajv-formats';
import { didYouMean } from '../dsl/diagnostics/nearest.ts';
import type { JsonObject } from '../dsl/ir/json.ts';
import { linearRegExp } from './linear-regexp.ts';

export interface SchemaProblem {
  /** JSON pointer into the value; `` is the whole value. */
  readonly path: string;
  readonly message: string;
}

// `strict: false`: manifests may carry vocabulary of their own (x-…, examples for editors) without being refused.
// `verbose` brings the schema beside an error, for hints.
const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  validateFormats: true,
  verbose: true,
  addUsedSchema: false,
  code: { regExp: linearRegExp },
});
// The package is CommonJS: under NodeNext its default export is typed as the module object.
(formatsPlugin as unknown as (instance: Ajv2020) => void)(ajv);

const compiled = new WeakMap<JsonObject, ValidateFunction>();

/**
 * Checks a value against a JSON Schema (2020-12). Empty means valid. At most 20 problems.
 * Schemas are compiled once for each object. Throws when the schema itself is wrong: see {@link schemaFault}.
 */
export function validateAgainst(schema: JsonObject, value: unknown): readonly SchemaProblem[] {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(schema);
    // ajv would keep it for ever, and refuse another schema with the same `$id`.
    ajv.removeSchema(schema);
    compiled.set(schema, validate);
  }
  if (validate(value) === true) return [];
  return (validate.errors ?? [])
    .filter((error) => error.keyword !== 'if')
    .slice(0, 20)
    .map((error) => ({ path: pathOf(error), message: describe(error) }));
}

/** Why this is no usable JSON Schema, or null. Compiling is left for the first use (it is most of the time of `weir validate`), but where references must lead somewhere and patterns must be RE2's. */
export function schemaFault(schema: JsonObject): string | null {
  try {
    if (ajv.validateSchema(schema) !== true) return ajv.errorsText(ajv.errors, { dataVar: 'schema' });
    if (/"(\$ref|\$dynamicRef|pattern|patternProperties)":/.test(JSON.stringify(schema))) validateAgainst(schema, null);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** One line for people: `/amount must be integer; /currency is required`. */
export function problemsText(problems: readonly SchemaProblem[]): string {
  return problems.map((problem) => `${problem.path === '' ? 'the value' : problem.path} ${problem.message}`).join('; ');
}

function pathOf(error: ErrorObject): string {
  const missing: unknown = error.params['missingProperty'];
  const extra: unknown = error.params['additionalProperty'];
  const name = typeof missing === 'string' ? missing : typeof extra === 'string' ? extra : null;
  return name === null
    ? error.instancePath
    : `${error.instancePath}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function describe(error: ErrorObject): string {
  if (error.keyword === 'required') return 'is required';
  if (error.keyword === 'additionalProperties') return unknownKey(error);
  if (error.keyword === 'enum') return `must be one of ${JSON.stringify(error.params['allowedValues'])}`;
  if (error.keyword === 'const') return `must be ${JSON.stringify(error.params['allowedValue'])}`;
  return error.message ?? 'is not valid';
}

function unknownKey(error: ErrorObject): string {
  const properties: unknown = error.parentSchema?.['properties'];
  const hint = didYouMean(
    String(error.params['additionalProperty']),
    properties !== null && typeof properties === 'object' ? Object.keys(properties) : [],
  );
  return hint === undefined ? 'is not a known key' : `is not a known key. ${hint}`;
}
