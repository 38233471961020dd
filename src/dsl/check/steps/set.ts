import { ID_PATTERN } from '../keywords.ts';
import { readValues } from '../read/value.ts';
import type { StepCheck } from './step-check.ts';

export const checkSet: StepCheck<'set'> = {
  settings: [],
  read(context, node) {
    if (node.kind !== 'map' || node.entries.size === 0) {
      context.reporter.value('WEIR1002', node, '`set` takes a map from names of variables to values.');
      return undefined;
    }
    for (const { key, value } of node.entries.values()) {
      if (!ID_PATTERN.test(key))
        context.reporter.key(
          'WEIR1013',
          value,
          `\`${key}\` can't be the name of a variable: letters, digits and \`_\` only.`,
        );
    }
    return { entries: readValues(context, node, { what: '`set`' }) };
  },
  walk(settings, walk) {
    walk.use(...settings.entries.map((entry) => entry.value));
    walk.sets();
  },
};
