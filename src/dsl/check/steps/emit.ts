import { literal } from '../model.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import { readText } from '../read/scalars.ts';
import { readValue } from '../read/value.ts';
import type { StepCheck } from './step-check.ts';

export const checkEmit: StepCheck<'emit'> = {
  settings: ['type', 'data'],
  read(context, node) {
    const map = readMap(context, node, { what: '`emit`', keys: this.settings, required: ['type'] });
    if (map === undefined) return undefined;
    const typeNode = child(map, 'type');
    const type = readText(context, typeNode, '`type`');
    const dataNode = child(map, 'data');
    return {
      type: typeNode === undefined || type === undefined ? literal('') : readValue(context, typeNode),
      ...defined({ data: dataNode === undefined ? undefined : readValue(context, dataNode) }),
    };
  },
  walk: (settings, walk) => walk.use(settings.type, settings.data),
};
