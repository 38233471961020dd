import type { JsonObject } from '../../ir/index.ts';
import type { Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import { compileSchema, schemaProblems } from './schema-compiler.ts';
import { toJson } from './to-json.ts';

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
  const problems = schemaProblems(schema).filter(
    (problem) => problem.keyword !== 'anyOf' && problem.keyword !== '$ref',
  );
  const seen = new Set<string>();
  for (const problem of problems) {
    if (seen.has(problem.path)) continue; // the meta-schema says it once for each form that is allowed
    seen.add(problem.path);
    context.reporter.value(
      'WEIR1007',
      deepest(at.node, problem.path),
      `${at.what} is not a valid JSON Schema: \`${problem.path || '/'}\` ${problem.message}.`,
    );
  }
  if (problems.length > 0) return;
  try {
    compileSchema(schema);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.reporter.value('WEIR1007', at.node, `${at.what} is not a valid JSON Schema: ${reason}.`);
  }
}

/** The node that a JSON pointer leads to, or the last one on the way that exists. */
function deepest(node: Node, pointer: string): Node {
  let at = node;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const next =
      at.kind === 'map' ? at.entries.get(key)?.value : at.kind === 'list' ? at.items[Number(key)] : undefined;
    if (next === undefined) break;
    at = next;
  }
  return at;
}
