import { literal } from '../model.ts';
import { readDuration } from '../read/duration.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import { readSchema } from '../read/schema.ts';
import { readText, readWord } from '../read/scalars.ts';
import { readValue } from '../read/value.ts';
import type { Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import type { Value } from '../model.ts';
import type { StepCheck } from './step-check.ts';

export const checkApprove: StepCheck<'approve'> = {
  settings: ['title', 'to', 'form', 'timeout', 'on_timeout'],
  read(context, node) {
    const map = readMap(context, node, { what: '`approve`', keys: this.settings, required: ['title'] });
    if (map === undefined) return undefined;
    const titleNode = child(map, 'title');
    const title = readText(context, titleNode, '`title`');
    const formNode = child(map, 'form');
    return {
      title: titleNode === undefined || title === undefined ? literal('') : readValue(context, titleNode),
      ...defined({
        to: readDeciders(context, child(map, 'to')),
        form: formNode === undefined ? undefined : readSchema(context, formNode, '`form`'),
        timeout: readDuration(context, child(map, 'timeout'), { what: '`timeout`' }),
        onTimeout: readWord(context, child(map, 'on_timeout'), {
          what: '`on_timeout`',
          words: ['approve', 'reject', 'fail'],
        }),
      }),
    };
  },
  walk: (settings, walk) => walk.use(settings.title, settings.to, settings.timeout),
};

/** User names and `role:x`: a list, one text, or a reference that gives a list. */
function readDeciders(context: CheckContext, node: Node | undefined): Value | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'map' || (node.kind === 'scalar' && typeof node.value !== 'string')) {
    context.reporter.value('WEIR1002', node, '`to` takes a list of user names and `role:` names.');
    return undefined;
  }
  const value = readValue(context, node);
  return value.ir.v === 'lit' && typeof value.ir.value === 'string' ? literal([value.ir.value]) : value;
}
