import { Fields } from '../answer-fields.ts';
import { clientFor } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { listAll } from '../list-all.ts';
import { column, showDone, showList } from '../show-list.ts';

/** Lists the people whom the identity provider has named here. */
export const users: CommandFunction = async (context) =>
  showList(context, {
    items: await listAll(clientFor(context), '/users', { limit: context.options.count('limit', 1) ?? 50 }),
    columns: [
      column('ID', 'id', { keep: true }),
      column('NAME', 'name'),
      {
        title: 'STATE',
        text: (user) => (user.show('disabled_at') === '' ? '' : 'disabled'),
        paint: (_, style) => style.red,
      },
      column('LAST SEEN', 'last_seen_at'),
      column('PROVIDER', 'issuer'),
    ],
    none: 'Nobody has come yet.',
  });

/** Refuses a user from now on. */
export const disableUser: CommandFunction = async (context) => {
  const { args, options } = context;
  const body = { revoke_tokens: !options.flag('keepTokens') };
  const user = new Fields(
    (await clientFor(context).post(`/users/${encodeURIComponent(args[0] ?? '')}/disable`, { body })).body,
  );
  return showDone(context, user, `${user.show('name')} is refused from now on.`);
};

/** Lets a disabled user in again. */
export const enableUser: CommandFunction = async (context) => {
  const user = new Fields(
    (await clientFor(context).post(`/users/${encodeURIComponent(context.args[0] ?? '')}/enable`)).body,
  );
  return showDone(context, user, `${user.show('name')} may come in again. Revoked tokens stay revoked.`);
};
