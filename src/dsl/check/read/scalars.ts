import { nearest } from '../../diagnostics/nearest.ts';
import { describeNode, type Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';

/** Readers of single settings: undefined when left out, or (after a report) when of the wrong type. */

export function readText(context: CheckContext, node: Node | undefined, what: string): string | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') return node.value;
  context.reporter.value('WEIR1002', node, `${what} takes a text, not ${describeNode(node)}.`);
  return undefined;
}

export function readBoolean(context: CheckContext, node: Node | undefined, what: string): boolean | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  context.reporter.value('WEIR1002', node, `${what} takes \`true\` or \`false\`, not ${describeNode(node)}.`);
  return undefined;
}

export function readWord<const W extends string>(
  context: CheckContext,
  node: Node | undefined,
  setting: { what: string; words: readonly W[] },
): W | undefined {
  if (node === undefined) return undefined;
  const word = node.kind === 'scalar' ? setting.words.find((each) => each === node.value) : undefined;
  if (word !== undefined) return word;
  const all = setting.words.map((each) => `\`${each}\``).join(', ');
  const close = node.kind === 'scalar' ? nearest(String(node.value), setting.words) : undefined;
  const hint = close === undefined ? undefined : `Did you mean \`${close}\`?`;
  const choice = setting.words.length === 1 ? `can only be ${all}` : `is one of ${all}`;
  context.reporter.value('WEIR1006', node, `${setting.what} ${choice}, not ${describeNode(node)}.`, hint);
  return undefined;
}

/** A literal number within bounds (both included). */
export function readNumber(
  context: CheckContext,
  node: Node | undefined,
  setting: { what: string; min: number; max: number },
): number | undefined {
  if (node === undefined) return undefined;
  if (node.kind !== 'scalar' || typeof node.value !== 'number') {
    context.reporter.value('WEIR1002', node, `${setting.what} takes a number, not ${describeNode(node)}.`);
    return undefined;
  }
  if (node.value >= setting.min && node.value <= setting.max) return node.value;
  context.reporter.value(
    'WEIR3002',
    node,
    `${setting.what} is between ${setting.min} and ${setting.max}, not ${node.value}.`,
  );
  return undefined;
}

/** One text or a list of texts. */
export function readTexts(context: CheckContext, node: Node | undefined, what: string): string[] | undefined {
  if (node === undefined) return undefined;
  const items = node.kind === 'list' ? node.items : [node];
  if (node.kind === 'list' && items.length === 0) context.reporter.value('WEIR1008', node, `${what} is an empty list.`);
  return items.map((item) => readText(context, item, what)).filter((text) => text !== undefined);
}
