import { child, readMap } from '../read/map.ts';
import type { StepCheck } from './step-check.ts';

export const checkDo: StepCheck<'do'> = {
  settings: ['steps'],
  read(context, node, place) {
    const map =
      node.kind === 'list'
        ? undefined
        : readMap(context, node, { what: '`do`', keys: this.settings, required: ['steps'] });
    const list = node.kind === 'list' ? node : map === undefined ? undefined : child(map, 'steps');
    const steps = context.blocks.steps(list, { position: `${place.position}/do`, what: '`do`', required: true });
    return steps === undefined ? undefined : { steps };
  },
  walk: (settings, walk) => walk.block(settings.steps),
};
