import { Fields } from '../answer-fields.ts';
import { usageError } from '../cli-error.ts';
import { clientFor } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { grantsOf } from '../grant-options.ts';
import { grantText, scopeText } from '../grant-text.ts';
import { listAll } from '../list-all.ts';
import { column, showDone, showList } from '../show-list.ts';

const subject = (grant: Fields): string =>
  `${grant.object('subject').show('kind')} ${grant.object('subject').show('id')}`;

/** Lists the roles of people and groups. */
export const grants: CommandFunction = async (context) =>
  showList(context, {
    items: await listAll(clientFor(context), '/grants', { limit: context.options.count('limit', 1) ?? 50 }),
    columns: [
      column('ID', 'id', { keep: true }),
      { title: 'WHO', text: subject },
      column('ROLE', 'role', { keep: true }),
      { title: 'ON', text: (grant) => scopeText(grant).replace(/^on /, '') },
      column('SINCE', 'created_at', { keep: true }),
      column('BY', 'created_by'),
    ],
    none: 'No grants.',
  });

/** Gives a role; it counts from the next request on. */
export const giveGrant: CommandFunction = async (context) => {
  const { options } = context;
  const [user, group] = [options.text('user'), options.text('group')];
  if ((user === null) === (group === null)) throw usageError('Say to whom: --user ID or --group NAME');
  const [grant, ...more] = grantsOf(options);
  if (grant === undefined || more.length > 0) throw usageError('A grant has one role; give several one by one.');
  const body = { ...grant, subject: user === null ? { kind: 'group', id: group } : { kind: 'user', id: user } };
  const given = new Fields((await clientFor(context).post('/grants', { body })).body);
  return showDone(context, given, `${subject(given)} is ${grantText(given)}. Grant ${given.show('id')}`);
};

/** Takes a grant away, from the next request on. */
export const takeGrant: CommandFunction = async (context) => {
  const id = context.args[0] ?? '';
  await clientFor(context).delete(`/grants/${encodeURIComponent(id)}`);
  return showDone(context, new Fields({ id, taken: true }), `Grant ${id} is gone.`);
};
