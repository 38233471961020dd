import type { ActionManifest } from '../../../adapters/manifest.ts';
import { parseValue } from '../../expressions/index.ts';
import type { Json, JsonObject, ValueIr } from '../../ir/index.ts';
import type { LocatedReference, NamedValue, Value } from '../model.ts';
import { mapValue } from '../read/value.ts';

/** Params from plain JSON (a catalogue, a manifest): strings are parsed as an author's are. */
export function valuesFromJson(params: JsonObject | undefined): NamedValue[] {
  return Object.entries(params ?? {}).map(([key, value]) => ({ key, value: valueFromJson(value) }));
}

function valueFromJson(json: Json): Value {
  return { ir: irFromJson(json), references: [] satisfies LocatedReference[] };
}

function irFromJson(json: Json): ValueIr {
  if (typeof json === 'string')
    return json.includes('$') ? parseValue(json, { secrets: true }).value : { v: 'lit', value: json };
  if (json === null || typeof json !== 'object') return { v: 'lit', value: json };
  if (!Array.isArray(json)) return mapValue(valuesFromJson(json as JsonObject)); // neither null, scalar nor list
  const items = (json as readonly Json[]).map(irFromJson);
  return items.every((item) => item.v === 'lit') ? { v: 'lit', value: json } : { v: 'list', items };
}

/**
 * Everything that a call passes: what the step gives, under it what the named action gives, under that the manifest's defaults,
 * which are left out when they find nothing.
 */
export function mergeParams(layers: {
  step: readonly NamedValue[];
  named: readonly NamedValue[];
  definition: ActionManifest | undefined;
}): NamedValue[] {
  const merged = new Map<string, NamedValue>();
  for (const param of [...layers.step, ...layers.named]) if (!merged.has(param.key)) merged.set(param.key, param);
  for (const param of valuesFromJson(layers.definition?.defaults)) {
    if (!merged.has(param.key)) merged.set(param.key, { ...param, optional: true });
  }
  return [...merged.values()];
}
