import type { Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import { ID_PATTERN } from '../keywords.ts';
import { child, readMap } from '../read/map.ts';
import { readText } from '../read/scalars.ts';
import { readValues } from '../read/value.ts';

const ACTION_KEYS = ['adapter', 'action', 'params', 'description'];

/** Reads the flow's `actions` into the context, before any step. */
export function readNamedActions(context: CheckContext, node: Node | undefined): void {
  if (node === undefined) return;
  if (node.kind !== 'map') {
    context.reporter.value('WEIR1002', node, '`actions` takes a map from names to calls.');
    return;
  }
  for (const { key, value } of node.entries.values()) {
    if (!ID_PATTERN.test(key))
      context.reporter.key(
        'WEIR1013',
        value,
        `\`${key}\` can't be the name of an action: letters, digits and \`_\` only.`,
      );
    const map = readMap(context, value, { what: `The action \`${key}\``, keys: ACTION_KEYS });
    if (map === undefined) continue;
    readText(context, child(map, 'description'), '`description`');
    const [prefix, suffix] = dotted(readText(context, child(map, 'action'), '`action`'));
    const adapter = readText(context, child(map, 'adapter'), '`adapter`') ?? prefix;
    if (adapter === undefined && !map.entries.has('adapter'))
      context.reporter.key('WEIR1003', value, `The action \`${key}\` needs an \`adapter\`.`);
    const params = readValues(context, child(map, 'params'), { what: '`params`', place: { secrets: true } });
    context.actions.set(key, {
      node: value,
      adapter,
      action: adapter === prefix ? suffix : [prefix, suffix].filter(Boolean).join('.') || undefined,
      params,
    });
  }
}

/** `adapter.action` in two; a name without a dot is an action. */
function dotted(name: string | undefined): readonly [string | undefined, string | undefined] {
  if (name === undefined) return [undefined, undefined];
  const dot = name.indexOf('.');
  return dot < 0 ? [undefined, name] : [name.slice(0, dot), name.slice(dot + 1)];
}
