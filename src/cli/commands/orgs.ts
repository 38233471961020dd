import { Fields } from '../answer-fields.ts';
import { cleanText } from '../clean-text.ts';
import { clientFor } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { listAll } from '../list-all.ts';
import { column, showList } from '../show-list.ts';

/** Lists organisations: all of them for who operates the installation, else one's own. */
export const orgs: CommandFunction = async (context) =>
  showList(context, {
    items: await listAll(clientFor(context), '/organisations', { limit: context.options.count('limit', 1) ?? 50 }),
    columns: [column('ID', 'id', { keep: true }), column('TITLE', 'title'), column('SINCE', 'created_at')],
    none: 'No organisations.',
  });

/** Makes an organisation. The token of its owner goes to standard output, alone, this once. */
export const createOrg: CommandFunction = async (context) => {
  const { args, options, terminal } = context;
  const title = options.text('title');
  const body = { id: args[0], ...(title === null ? {} : { title }) };
  const made = new Fields((await clientFor(context).post('/organisations', { body })).body);
  if (options.flag('json')) terminal.json(made.json);
  else {
    terminal.out(made.text('owner_token'));
    terminal.note(
      `${terminal.style.green('✓')} The organisation ${cleanText(made.show('id'))}. Above is the token of its owner; it is shown this once.`,
    );
  }
  return EXIT_CODES.ok;
};
