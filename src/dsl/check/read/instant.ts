import type { Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import { literal, type Value } from '../model.ts';
import { readExpression } from './value.ts';

const LOOKS_LIKE_TIME = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?$/;
const TIME = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|z|[+-]\d{2}:?\d{2})?)?$/;

/** A timestamp (ISO 8601, UTC where it names no offset), or an expression that gives one. */
export function readInstant(context: CheckContext, node: Node | undefined): Value | undefined {
  if (node === undefined) return undefined;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    context.reporter.value(
      'WEIR3010',
      node,
      '`until` takes a timestamp such as `2026-12-24T18:00:00Z`, or an expression.',
    );
    return undefined;
  }
  const text = node.value.trim();
  if (!LOOKS_LIKE_TIME.test(text)) return readExpression(context, node);
  const match = TIME.exec(text);
  const milliseconds = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`);
  if (!Number.isNaN(milliseconds)) return literal(new Date(milliseconds).toISOString());
  context.reporter.value('WEIR3010', node, `\`${text}\` is no point in time.`);
  return undefined;
}
