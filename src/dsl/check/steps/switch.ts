import type { Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import type { StepSettings, Value } from '../model.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import { readCondition, readExpression, readValue } from '../read/value.ts';
import type { StepCheck, StepPlace } from './step-check.ts';

export const checkSwitch: StepCheck<'switch'> = {
  settings: ['on', 'cases', 'default'],
  read(context, node, place) {
    const map = readMap(context, node, { what: '`switch`', keys: this.settings, required: ['cases'] });
    if (map === undefined) return undefined;
    const onNode = child(map, 'on');
    const on = onNode === undefined ? undefined : readExpression(context, onNode);
    const cases = readCases(context, child(map, 'cases'), { place, values: on !== undefined });
    const otherwise = context.blocks.steps(child(map, 'default'), {
      position: `${place.position}/default`,
      what: '`default`',
    });
    return { cases, ...defined({ on, default: otherwise }) };
  },
  walk(settings, walk) {
    if (settings.on !== undefined) walk.use(settings.on);
    walk.arms([
      ...settings.cases.map((each) => ({ use: each.when, steps: each.do })),
      { use: [], steps: settings.default ?? [] },
    ]);
  },
};

type Case = StepSettings['switch']['cases'][number];

function readCases(context: CheckContext, node: Node | undefined, on: { place: StepPlace; values: boolean }): Case[] {
  if (node === undefined) return [];
  if (node.kind !== 'list') {
    context.reporter.value('WEIR1002', node, '`cases` takes a list of `{ when, do }`.');
    return [];
  }
  if (node.items.length === 0) context.reporter.value('WEIR1008', node, '`switch` needs at least one case.');
  const cases: Case[] = [];
  for (const [index, item] of node.items.entries()) {
    const map = readMap(context, item, { what: 'A case', keys: ['when', 'do'], required: ['when', 'do'] });
    if (map === undefined) continue;
    const whenNode = child(map, 'when');
    const steps = context.blocks.steps(child(map, 'do'), {
      position: `${on.place.position}/cases/${index}/do`,
      what: '`do`',
    });
    cases.push({ when: whenNode === undefined ? [] : readWhen(context, whenNode, on.values), do: steps ?? [] });
  }
  return cases;
}

function readWhen(context: CheckContext, node: Node, values: boolean): Value[] {
  if (!values) return [readCondition(context, node)];
  return node.kind === 'list' ? node.items.map((item) => readValue(context, item)) : [readValue(context, node)];
}
