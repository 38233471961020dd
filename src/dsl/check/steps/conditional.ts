import type { MapNode, Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import { literal, type StepModel, type Value } from '../model.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import { readCondition } from '../read/value.ts';
import type { StepCheck, StepPlace } from './step-check.ts';

interface Arm {
  readonly if: Value;
  readonly then: readonly StepModel[];
}

export const checkConditional: StepCheck<'conditional'> = {
  settings: ['if', 'then', 'elif', 'else'],
  read(context, node, place) {
    const map = readMap(context, node, { what: '`conditional`', keys: this.settings, required: ['if', 'then'] });
    if (map === undefined) return undefined;
    const first = readArm(context, map, place.position);
    const rest = readElifs(context, child(map, 'elif'), place);
    const otherwise = context.blocks.steps(child(map, 'else'), { position: `${place.position}/else`, what: '`else`' });
    return { arms: [first, ...rest], ...defined({ else: otherwise }) };
  },
  walk(settings, walk) {
    walk.arms([
      ...settings.arms.map((arm) => ({ use: [arm.if], steps: arm.then })),
      { use: [], steps: settings.else ?? [] },
    ]);
  },
};

function readArm(context: CheckContext, map: MapNode, position: string): Arm {
  const condition = child(map, 'if');
  return {
    if: condition === undefined ? literal(false) : readCondition(context, condition),
    then: context.blocks.steps(child(map, 'then'), { position: `${position}/then`, what: '`then`' }) ?? [],
  };
}

function readElifs(context: CheckContext, node: Node | undefined, place: StepPlace): Arm[] {
  if (node === undefined) return [];
  if (node.kind !== 'list') {
    context.reporter.value('WEIR1002', node, '`elif` takes a list of `{ if, then }`.');
    return [];
  }
  const arms: Arm[] = [];
  for (const [index, item] of node.items.entries()) {
    const map = readMap(context, item, { what: '`elif`', keys: ['if', 'then'], required: ['if', 'then'] });
    if (map !== undefined) arms.push(readArm(context, map, `${place.position}/elif/${index}`));
  }
  return arms;
}
