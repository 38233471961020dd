import type { JsonObject, Json } from '../../dsl/ir/json.ts';
import { type SchemaProblem, schemaFault, validateAgainst } from '../schema-validator.ts';
import { ADAPTER_FILE_SCHEMA } from './manifest-schema.ts';
import type { ActionSpec, AdapterSpec } from './spec.ts';
import { templateParams } from './template.ts';

/** Checks an adapter file's content. Problems carry JSON pointers; with none, `spec` is there. All problems at once. */
export function checkSpec(value: Json): { readonly spec?: AdapterSpec; readonly problems: readonly SchemaProblem[] } {
  const shape = validateAgainst(ADAPTER_FILE_SCHEMA, value);
  if (shape.length > 0) return { problems: shape };
  const spec = value as unknown as AdapterSpec; // the schema has just said so
  const problems = [
    ...checkAdapter(spec),
    ...Object.entries(spec.actions).flatMap(([name, action]) => checkAction(action, `/actions/${name}`)),
  ];
  return problems.length > 0 ? { problems } : { spec, problems };
}

function checkAdapter(spec: AdapterSpec): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const names = Object.keys(spec.actions);
  if (spec.default_action !== undefined && !names.includes(spec.default_action)) {
    problems.push({ path: '/default_action', message: `names no action; there are ${names.join(', ')}` });
  }
  if (spec.auth?.type === 'api_key' && (spec.auth.header === undefined) === (spec.auth.query === undefined)) {
    problems.push({ path: '/auth', message: 'needs either `header` or `query`' });
  }
  if (!/^(https?:\/\/|\$\{env:)/.test(spec.base_url))
    problems.push({ path: '/base_url', message: 'must begin with http://, https:// or ${env:NAME}' });
  return problems;
}

function checkAction(action: ActionSpec, at: string): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  for (const key of ['input', 'output', 'callback_schema'] as const) {
    const schema = action[key];
    const fault = schema === undefined ? null : schemaFault(schema);
    if (fault !== null) problems.push({ path: `${at}/${key}`, message: `is no usable JSON Schema: ${fault}` });
  }
  if (action.callback_schema !== undefined && action.completion !== 'callback') {
    problems.push({ path: `${at}/callback_schema`, message: 'is used only with `completion: callback`' });
  }
  if (problems.length > 0 || action.input === undefined) return problems;
  const known = closedProperties(action.input);
  if (known !== null) problems.push(...unknownParams(action, at, known));
  if (action.example !== undefined) {
    problems.push(
      ...validateAgainst(action.input, action.example).map((problem) => ({
        path: `${at}/example${problem.path}`,
        message: problem.message,
      })),
    );
  }
  return problems;
}

/** Names of the params where the input schema names them all, else null. */
function closedProperties(input: JsonObject): ReadonlySet<string> | null {
  const { properties, additionalProperties } = input;
  if (properties === null || typeof properties !== 'object' || additionalProperties !== false) return null;
  return new Set(Object.keys(properties));
}

function unknownParams(action: ActionSpec, at: string, known: ReadonlySet<string>): SchemaProblem[] {
  const places: readonly (readonly [string, Iterable<string>])[] = [
    ['path', templateParams(action.path)],
    ['query', templateParams(action.query)],
    ['headers', templateParams(action.headers)],
    ['body', templateParams(action.body)],
    ['defaults', Object.keys(action.defaults ?? {})],
  ];
  return places.flatMap(([key, names]) =>
    [...names]
      .filter((name) => !known.has(name))
      .map((name) => ({
        path: `${at}/${key}`,
        message: `uses the param "${name}", which the input schema does not have`,
      })),
  );
}
