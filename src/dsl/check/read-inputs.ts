import type { Json, JsonObject } from '../ir/index.ts';
import { describeNode, type Node } from '../parse/node.ts';
import type { CheckContext } from './context.ts';
import { checkSchema, readSchema } from './read/schema.ts';
import { toJson } from './read/to-json.ts';

/** `inputs` as one whole JSON Schema: short form expanded, as dsl.md, section 1 says. Null takes any JSON. */
export function readInputs(context: CheckContext, node: Node | undefined): JsonObject | null {
  if (node === undefined) return null;
  if (node.kind !== 'map') {
    context.reporter.value(
      'WEIR1002',
      node,
      `\`inputs\` takes a map of fields or a JSON Schema, not ${describeNode(node)}.`,
    );
    return null;
  }
  const type = node.entries.get('type')?.value;
  if (type?.kind === 'scalar' && type.value === 'object') return readSchema(context, node, '`inputs`') ?? null;
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  for (const { key, value } of node.entries.values()) {
    if (value.kind !== 'map') {
      context.reporter.value(
        'WEIR1007',
        value,
        `The input \`${key}\` takes a JSON Schema such as \`{ type: string }\`, not ${describeNode(value)}.`,
      );
      continue;
    }
    const schema = { ...(toJson(value) as JsonObject) }; // a map node is an object
    const optional = schema['required'] === false || schema['default'] !== undefined;
    if (!optional) required.push(key);
    if (typeof schema['required'] === 'boolean') delete (schema as Record<string, Json>)['required'];
    checkSchema(context, schema, { node: value, what: `The input \`${key}\`` });
    properties[key] = schema;
  }
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}
