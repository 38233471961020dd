import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formatsPlugin from 'ajv-formats';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import type { ValueFault } from '../problems/problem.ts';

const MAX_FAULTS = 20;
const MAX_SCHEMAS = 500;

/** A value against a JSON Schema (2020-12): `value` is a copy with the schema's defaults filled in. At most 20 faults; none: valid. */
export interface CheckedValue {
  readonly value: Json;
  readonly faults: readonly ValueFault[];
}

const ajv = new Ajv2020({ allErrors: true, strict: false, useDefaults: true, addUsedSchema: false });
// The package is CommonJS: under NodeNext its default export is typed as the module object.
(formatsPlugin as unknown as (instance: Ajv2020) => void)(ajv);
const compiled = new Map<string, ValidateFunction>();

/** Checks what a caller sent against a flow's `inputs`, an approval's `form` or an action's `callback_schema`. Throws when the schema itself is wrong. */
export function checkValue(schema: JsonObject | null, value: Json): CheckedValue {
  if (schema === null) return { value, faults: [] };
  const copy = structuredClone(value);
  const validate = validatorOf(schema);
  if (validate(copy) === true) return { value: copy, faults: [] };
  const errors = (validate.errors ?? []).filter((error) => error.keyword !== 'if');
  return { value, faults: errors.slice(0, MAX_FAULTS).map(toFault) };
}

/** Compiled validators by the schema's text: a flow's IR is decoded anew for each execution, so identity would not find them. */
function validatorOf(schema: JsonObject): ValidateFunction {
  const key = JSON.stringify(schema);
  let validate = compiled.get(key);
  if (validate === undefined) {
    const oldest = compiled.keys().next().value;
    if (compiled.size >= MAX_SCHEMAS && oldest !== undefined) compiled.delete(oldest);
    validate = ajv.compile(schema);
    compiled.set(key, validate);
  }
  return validate;
}

function toFault(error: ErrorObject): ValueFault {
  const missing: unknown = error.params['missingProperty'];
  const extra: unknown = error.params['additionalProperty'] ?? error.params['unevaluatedProperty'];
  const name = typeof missing === 'string' ? missing : typeof extra === 'string' ? extra : null;
  const path =
    name === null ? error.instancePath : `${error.instancePath}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return { code: error.keyword, path, message: `${path === '' ? 'the value' : path} ${describe(error)}` };
}

function describe(error: ErrorObject): string {
  switch (error.keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not a known key';
    case 'enum':
      return `must be one of ${JSON.stringify(error.params['allowedValues'])}`;
    case 'const':
      return `must be ${JSON.stringify(error.params['allowedValue'])}`;
    default:
      return error.message ?? 'is not valid';
  }
}
