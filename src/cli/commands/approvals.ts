import { Fields } from '../answer-fields.ts';
import { clientFor } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { column, showList } from '../show-list.ts';

/** Lists open approvals that the caller may decide, oldest first. */
export const approvals: CommandFunction = async (context) => {
  const { terminal, options } = context;
  const items = new Fields((await clientFor(context).get('/approvals')).body).list('items');
  const code = showList(context, {
    items,
    columns: [
      column('EXECUTION', 'execution_id', { keep: true }),
      column('STEP', 'step', { keep: true }),
      column('FLOW', 'flow'),
      column('TITLE', 'title'),
      { title: 'TO', text: (item) => item.texts('to').join(', ') },
      column('SINCE', 'since'),
      column('UNTIL', 'until'),
    ],
    none: 'Nothing waits for you.',
  });
  if (items.length > 0 && !options.flag('json'))
    terminal.note('Decide with: weir decide EXECUTION STEP --approve or --reject');
  return code;
};
