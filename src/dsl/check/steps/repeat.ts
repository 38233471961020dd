import { readCount, readDuration } from '../read/duration.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import { readWord } from '../read/scalars.ts';
import { readCondition } from '../read/value.ts';
import type { StepCheck } from './step-check.ts';

/** dsl.md, section 9. */
const MAX_ITERATIONS = 100_000;

export const checkRepeat: StepCheck<'repeat'> = {
  settings: ['do', 'until', 'while', 'max', 'delay', 'on_max'],
  read(context, node, place) {
    const map = readMap(context, node, { what: '`repeat`', keys: this.settings, required: ['do'] });
    if (map === undefined) return undefined;
    const untilNode = child(map, 'until');
    const whileNode = child(map, 'while');
    if ((untilNode === undefined) === (whileNode === undefined)) {
      const found = untilNode === undefined ? 'neither is there' : 'both are there';
      context.reporter.key(
        'WEIR2017',
        node,
        `\`repeat\` takes exactly one of \`until\` (tested after each round) and \`while\` (before); ${found}.`,
      );
    }
    return {
      do:
        context.blocks.steps(child(map, 'do'), { position: `${place.position}/do`, what: '`do`', required: true }) ??
        [],
      ...defined({
        until: untilNode === undefined ? undefined : readCondition(context, untilNode),
        while: whileNode === undefined ? undefined : readCondition(context, whileNode),
        max: readCount(context, child(map, 'max'), { what: '`max`', max: MAX_ITERATIONS }),
        delay: readDuration(context, child(map, 'delay'), { what: '`delay`', min: 0 }),
        onMax: readWord(context, child(map, 'on_max'), { what: '`on_max`', words: ['fail', 'continue'] }),
      }),
    };
  },
  walk(settings, walk) {
    walk.use(settings.max);
    walk.loop({
      roots: ['index'],
      steps: settings.do,
      before: [settings.while],
      after: [settings.until, settings.delay],
      concurrent: false,
    });
  },
};
