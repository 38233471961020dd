import type { Json, JsonObject } from '../dsl/ir/json.ts';

const MAX_DEPTH = 8;

/** A value that fits a JSON Schema, near enough for a dry run: examples and defaults first, else the least that has every property. */
export function sampleOf(schema: Json | undefined, depth = 0): Json {
  if (!isMap(schema) || depth > MAX_DEPTH) return depth === 0 ? {} : null;
  const { const: constant, default: preset, example, examples, enum: words } = schema;
  if (constant !== undefined) return constant;
  const given = preset ?? example ?? first(examples) ?? first(words);
  if (given !== undefined) return given;
  const variant = first(schema['oneOf']) ?? first(schema['anyOf']);
  if (variant !== undefined) return sampleOf(variant, depth + 1);
  const { type } = schema;
  switch (Array.isArray(type) ? type[0] : (type ?? (isMap(schema['properties']) ? 'object' : undefined))) {
    case 'object':
      return objectOf(schema, depth);
    case 'array':
      return [sampleOf(schema['items'], depth + 1)];
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
    case 'boolean':
      return true;
    case 'string':
      return textOf(schema['format']);
    case 'null':
      return null;
    default:
      return depth === 0 ? {} : null;
  }
}

function objectOf(schema: JsonObject, depth: number): JsonObject {
  const properties = schema['properties'];
  if (!isMap(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, sampleOf(property, depth + 1)]),
  );
}

function textOf(format: Json | undefined): string {
  if (format === 'date-time') return '2026-01-01T00:00:00Z';
  if (format === 'date') return '2026-01-01';
  if (format === 'email') return 'someone@example.com';
  return format === 'uri' ? 'https://example.com/' : 'text';
}

const first = (value: Json | undefined): Json | undefined =>
  Array.isArray(value) ? (value as readonly Json[])[0] : undefined; // Array.isArray forgets readonly
const isMap = (value: Json | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
