import { Fields } from '../answer-fields.ts';
import { cleanText } from '../clean-text.ts';
import { clientFor } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { grantsOf } from '../grant-options.ts';
import { grantText } from '../grant-text.ts';
import { listAll } from '../list-all.ts';
import { column, showDone, showList } from '../show-list.ts';

const state = (token: Fields): string => {
  if (token.show('revoked_at') !== '') return 'revoked';
  const expires = token.show('expires_at');
  return expires !== '' && Date.parse(expires) < Date.now() ? 'expired' : '';
};

/** Lists machine tokens; never their secrets. */
export const tokens: CommandFunction = async (context) =>
  showList(context, {
    items: await listAll(clientFor(context), '/tokens', { limit: context.options.count('limit', 1) ?? 50 }),
    columns: [
      column('ID', 'id', { keep: true }),
      column('NAME', 'name'),
      { title: 'MAY', text: (token) => token.list('grants').map(grantText).join(', ') },
      { title: 'STATE', text: state, paint: (_, style) => style.red },
      { title: 'EXPIRES', text: (token) => token.show('expires_at') || 'never' },
      { title: 'LAST USED', text: (token) => token.show('last_used_at') || 'never' },
      column('MADE BY', 'created_by'),
    ],
    none: 'No tokens.',
  });

/** Makes a token. Its secret goes to standard output, alone, this once. */
export const createToken: CommandFunction = async (context) => {
  const { args, options, terminal } = context;
  const expires = options.text('expires');
  const body = { name: args[0], grants: grantsOf(options), ...(expires === null ? {} : { expires_in: expires }) };
  const made = new Fields((await clientFor(context).post('/tokens', { body })).body);
  if (options.flag('json')) terminal.json(made.json);
  else {
    terminal.out(made.text('secret'));
    terminal.note(
      `${terminal.style.green('✓')} ${cleanText(made.show('name'))}: ${cleanText(made.list('grants').map(grantText).join(', '))}, ${made.show('expires_at') === '' ? 'without end' : `until ${cleanText(made.show('expires_at'))}`}`,
    );
    terminal.note(`It is shown this once. To end it: weir tokens revoke ${cleanText(made.show('id'))}`);
  }
  return EXIT_CODES.ok;
};

/** Revokes a token, at once and for good. */
export const revokeToken: CommandFunction = async (context) => {
  const { args, options } = context;
  const query = options.flag('made') ? { made: true } : {};
  const gone = new Fields(
    (await clientFor(context).delete(`/tokens/${encodeURIComponent(args[0] ?? '')}`, { query })).body,
  );
  return showDone(context, gone, `Revoked ${gone.show('name')}.`);
};
