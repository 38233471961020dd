import { literal } from '../model.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import { readText } from '../read/scalars.ts';
import { readValue } from '../read/value.ts';
import type { StepCheck } from './step-check.ts';

const PASS_ON = new Set(['$error', '${ $error }', '${$error}']);

export const checkFail: StepCheck<'fail'> = {
  settings: ['code', 'message', 'details'],
  read(context, node) {
    if (node.kind === 'scalar' && typeof node.value === 'string' && PASS_ON.has(node.value.trim()))
      return { error: null };
    const map = readMap(context, node, {
      what: '`fail` (unless it is `$error`)',
      keys: this.settings,
      required: ['code'],
    });
    if (map === undefined) return undefined;
    const codeNode = child(map, 'code');
    const code = readText(context, codeNode, '`code`');
    const value = (key: string) => {
      const at = child(map, key);
      return at === undefined ? undefined : readValue(context, at);
    };
    return {
      error: {
        code: codeNode === undefined || code === undefined ? literal('') : readValue(context, codeNode),
        ...defined({ message: value('message'), details: value('details') }),
      },
    };
  },
  walk(settings, walk) {
    if (settings.error === null) walk.passesError();
    else walk.use(settings.error.code, settings.error.message, settings.error.details);
  },
};
