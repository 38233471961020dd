import type { Json, JsonObject } from '../dsl/ir/json.ts';
import type { Fill } from './contract.ts';

export interface FillSources {
  readonly secret: (name: string) => Promise<string>;
  readonly callbackUrl: () => string;
}

/** Params with secrets and the callback address put in at their places. What was given is left alone. */
export async function fillParams(params: Json, fills: readonly Fill[], sources: FillSources): Promise<Json> {
  let filled = params;
  for (const fill of fills) {
    const parts: string[] = [];
    for (const part of fill.parts) {
      if (typeof part === 'string') parts.push(part);
      else if ('secret' in part) parts.push(await sources.secret(part.secret));
      else parts.push(sources.callbackUrl());
    }
    filled = withValueAt(filled, fill.path, parts.join(''));
  }
  return filled;
}

/** A copy along the path only. */
function withValueAt(value: Json, path: Fill['path'], text: string): Json {
  const [key, ...rest] = path;
  if (key === undefined) return text;
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item, index) => (index === key ? withValueAt(item, rest, text) : item));
  const object = value !== null && typeof value === 'object' ? (value as JsonObject) : {};
  return { ...object, [key]: withValueAt(object[key] ?? null, rest, text) };
}
