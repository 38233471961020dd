import { readDuration } from '../read/duration.ts';
import { readInstant } from '../read/instant.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import type { StepCheck } from './step-check.ts';

export const checkWait: StepCheck<'wait'> = {
  settings: ['until'],
  read(context, node) {
    if (node.kind !== 'map') return defined({ for: readDuration(context, node, { what: '`wait`', min: 0 }) });
    const map = readMap(context, node, { what: '`wait`', keys: this.settings, required: ['until'] });
    return map === undefined ? undefined : defined({ until: readInstant(context, child(map, 'until')) });
  },
  walk: (settings, walk) => walk.use(settings.for, settings.until),
};
