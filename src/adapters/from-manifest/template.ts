// `{param}` in paths, queries, headers and bodies of an adapter file. `{{` is a literal brace.
import type { Json, JsonObject } from '../../dsl/ir/json.ts';

const EXACT = /^\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
const PIECE = /\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** The value with params put in; undefined where it is exactly a param that was left out. */
export function fillTemplate(template: Json, params: JsonObject): Json | undefined {
  if (typeof template === 'string') {
    const name = EXACT.exec(template)?.[1];
    return name === undefined ? fillText(template, params, (text) => text) : own(params, name);
  }
  if (Array.isArray(template))
    return (template as readonly Json[]).map((item) => fillTemplate(item, params)).filter((item) => item !== undefined);
  if (template !== null && typeof template === 'object') {
    const entries = Object.entries(template as JsonObject).map(
      ([key, value]) => [key, fillTemplate(value, params)] as const,
    );
    return Object.fromEntries(entries.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined));
  }
  return template;
}

/** Text with params put in, each through `encode`; params left out are empty. */
export function fillText(template: string, params: JsonObject, encode: (text: string) => string): string {
  return template.replace(PIECE, (piece, name: string | undefined) => {
    if (name === undefined) return piece.slice(1);
    const value = own(params, name);
    if (value === undefined || value === null) return '';
    return encode(typeof value === 'object' ? JSON.stringify(value) : String(value));
  });
}

/** Names of the params that a template uses. */
export function templateParams(template: Json | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  collect(template, names);
  return names;
}

function collect(template: Json | undefined, into: Set<string>): void {
  if (typeof template === 'string')
    for (const match of template.matchAll(PIECE)) if (match[1] !== undefined) into.add(match[1]);
  if (template !== null && typeof template === 'object')
    for (const item of Object.values(template)) collect(item, into);
}

function own(params: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(params, name) ? params[name] : undefined;
}
