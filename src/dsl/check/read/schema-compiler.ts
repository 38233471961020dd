import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../ir/index.ts';

const shared = create();

/**
 * Compiles a JSON Schema (draft 2020-12) that somebody brought. Throws an Error that says what is wrong with it. Leaves nothing behind:
 * ajv keeps schemas by `$id` and would mix up two flows, or its own meta-schemas, so a schema that has one gets an instance to itself.
 */
export function compileSchema(schema: JsonObject): ValidateFunction {
  if (JSON.stringify(schema).includes('"$id"')) return create().compile(schema);
  try {
    return shared.compile(schema);
  } finally {
    shared.removeSchema(schema);
  }
}

/** What the meta-schema of draft 2020-12 says against a schema; empty when nothing. */
export function schemaProblems(
  schema: JsonObject,
): { readonly keyword: string; readonly path: string; readonly message: string }[] {
  if (shared.validate('https://json-schema.org/draft/2020-12/schema', schema)) return [];
  return (shared.errors ?? []).map((error) => ({
    keyword: error.keyword,
    path: error.instancePath,
    message: error.message ?? 'is wrong',
  }));
}

function create(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  return ajv;
}
