import { randomBytes } from 'node:crypto';
import { YAMLException } from 'js-yaml';
import { readYamlDocument, YamlFault } from '../adapters/yaml-document.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import { Problem } from '../problems/problem.ts';
import { replaceScalars, type YamlScalar, yamlScalars } from './yaml-scalars.ts';

const PLACE = /\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}/g;

/** Names of the places in a template's source. Throws invalid_request for what is no YAML, and for a place in a key. */
export function placesIn(source: string): ReadonlySet<string> {
  const { scalars, nameOf } = marked(source);
  const names = new Set<string>();
  for (const scalar of scalars)
    for (const [token, name] of nameOf) {
      if (!scalar.value.includes(token)) continue;
      if (scalar.isKey)
        throw new Problem('invalid_request', `The place {{${name}}} is a key; places are values or parts of texts.`);
      names.add(name);
    }
  return names;
}

/**
 * The source with every place filled, its `flow` being `flow`. A place that is a whole value without quotes takes any JSON; within a
 * text it takes texts, numbers and booleans. What is filled in is written as one value, and the result is read again and compared
 * with the template's data: a parameter can't add, close or comment out anything. Comments keep their places as they are.
 * Throws invalid_input for a list or map within a text, and for a place without a parameter.
 */
export function fillTemplate(
  source: string,
  { flow, parameters }: { readonly flow: string; readonly parameters: JsonObject },
): string {
  const { text, scalars, nameOf } = marked(source);
  const valueOf = (token: string): Json => {
    const name = nameOf.get(token) ?? '';
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined)
      throw new Problem('invalid_input', `The parameter ${name} has no value, and the template needs it.`);
    return value;
  };
  const filled = (scalar: Pick<YamlScalar, 'value' | 'isPlain'>): Json => {
    if (scalar.isPlain && nameOf.has(scalar.value)) return valueOf(scalar.value);
    let result = scalar.value;
    for (const token of nameOf.keys())
      if (result.includes(token)) result = result.replaceAll(token, () => asText(valueOf(token), nameOf.get(token)));
    return result;
  };
  const holdsPlace = ({ value }: YamlScalar): boolean => [...nameOf.keys()].some((token) => value.includes(token));
  const replacements = scalars.flatMap((scalar) => {
    if (scalar.isKey) return [];
    if (scalar.pointer === '/flow') return [{ scalar, value: flow }];
    return holdsPlace(scalar) ? [{ scalar, value: filled(scalar) }] : [];
  });
  const result = unmark(replaceScalars(text, replacements), nameOf);
  const byPointer = new Map(replacements.map(({ scalar, value }) => [scalar.pointer, value]));
  const expected = substituted(data(text), byPointer, '');
  if (canonicalJson(data(result)) !== canonicalJson(expected))
    throw new Problem('invalid_input', "These parameters can't be written into the template without changing it.");
  return result;
}

interface Marked {
  /** The source with a word in every place that stands for it, as YAML reads `{{x}}` as two maps. */
  readonly text: string;
  readonly scalars: readonly YamlScalar[];
  /** Name of the place by its word. */
  readonly nameOf: ReadonlyMap<string, string>;
}

function marked(source: string): Marked {
  const nonce = randomBytes(8).toString('hex');
  const tokens = new Map<string, string>();
  const text = source.replaceAll(PLACE, (_, name: string) => {
    const token = tokens.get(name) ?? `place${nonce}n${tokens.size}e`;
    tokens.set(name, token);
    return token;
  });
  try {
    return { text, scalars: yamlScalars(text), nameOf: new Map([...tokens].map(([name, token]) => [token, name])) };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new Problem('invalid_request', `The template is no YAML: ${error.reason}.`, { cause: error });
  }
}

/** What still stands for a place is in a comment. */
function unmark(text: string, nameOf: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [token, name] of nameOf) result = result.replaceAll(token, () => `{{${name}}}`);
  return result;
}

function asText(value: Json, name = ''): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object') return String(value);
  throw new Problem('invalid_input', `The parameter ${name} is a list or map, and its place is within a text.`);
}

function data(source: string): Json {
  try {
    return readYamlDocument(source).value;
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw new Problem('invalid_input', `The filled template is no good YAML: ${error.message}.`, { cause: error });
  }
}

function substituted(value: Json, byPointer: ReadonlyMap<string, Json>, at: string): Json {
  const own = byPointer.get(at);
  if (own !== undefined) return own;
  if (Array.isArray(value)) return value.map((item: Json, index) => substituted(item, byPointer, `${at}/${index}`));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value as JsonObject); // no list and no null
  return Object.fromEntries(
    entries.map(([key, item]) => [
      key,
      substituted(item, byPointer, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    ]),
  );
}
