import { literal } from '../model.ts';
import { readDuration } from '../read/duration.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import { readText } from '../read/scalars.ts';
import { mapValue, readValue, readValues } from '../read/value.ts';
import type { StepCheck } from './step-check.ts';

export const checkWaitFor: StepCheck<'wait_for'> = {
  settings: ['event', 'match', 'timeout', 'on_timeout'],
  read(context, node, place) {
    const map = readMap(context, node, { what: '`wait_for`', keys: this.settings, required: ['event'] });
    if (map === undefined) return undefined;
    const eventNode = child(map, 'event');
    const event = readText(context, eventNode, '`event`');
    const matchNode = child(map, 'match');
    const match = readValues(context, matchNode, { what: '`match`' });
    return {
      event: eventNode === undefined || event === undefined ? literal('') : readValue(context, eventNode),
      ...defined({
        match:
          matchNode === undefined
            ? undefined
            : { ir: mapValue(match), references: match.flatMap((each) => each.value.references) },
        timeout: readDuration(context, child(map, 'timeout'), { what: '`timeout`' }),
        onTimeout: context.blocks.steps(child(map, 'on_timeout'), {
          position: `${place.position}/on_timeout`,
          what: '`on_timeout`',
        }),
      }),
    };
  },
  walk(settings, walk) {
    walk.use(settings.event, settings.match, settings.timeout);
    walk.block(settings.onTimeout ?? []);
  },
};
