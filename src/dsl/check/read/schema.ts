import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../ir/index.ts';
import type { Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import { toJson } from './to-json.ts';

/** `addUsedSchema: false`: a schema that an author wrote must leave nothing behind, whatever its `$id`. */
const ajv = new Ajv2020({ strict: false, addUsedSchema: false, validateFormats: true, logger: false });
addFormats.default(ajv);

/** Data of a node that must be a JSON Schema (2020-12); what is wrong with it is reported where it stands. */
export function readSchema(context: CheckContext, node: Node, what: string): JsonObject | undefined {
  if (node.kind !== 'map') {
    context.reporter.value('WEIR1007', node, `${what} takes a JSON Schema, which is a map.`);
    return undefined;
  }
  const schema = toJson(node) as JsonObject; // a map node is an object
  checkSchema(context, schema, { node, what });
  return schema;
}

export function checkSchema(context: CheckContext, schema: JsonObject, at: { node: Node; what: string }): void {
  if (ajv.validateSchema(schema) !== true) {
    for (const error of ajv.errors ?? []) {
      if (error.keyword === 'anyOf' || error.keyword === '$ref') continue;
      const place = deepest(at.node, error.instancePath);
      context.reporter.value('WEIR1007', place, `${at.what} is not a valid JSON Schema: \`${error.instancePath || '/'}\` ${error.message ?? 'is wrong'}.`);
    }
    return;
  }
  try {
    ajv.compile(schema);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.reporter.value('WEIR1007', at.node, `${at.what} is not a valid JSON Schema: ${reason}.`);
  } finally {
    ajv.removeSchema(schema);
  }
}

/** The node that a JSON pointer leads to, or the last one on the way that exists. */
function deepest(node: Node, pointer: string): Node {
  let at = node;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const next = at.kind === 'map' ? at.entries.get(key)?.value : at.kind === 'list' ? at.items[Number(key)] : undefined;
    if (next === undefined) break;
    at = next;
  }
  return at;
}
