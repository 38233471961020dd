import { Fields } from '../answer-fields.ts';
import { usageError } from '../cli-error.ts';
import { cleanJson } from '../clean-text.ts';
import { clientFor } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { readJsonArgument } from '../json-argument.ts';
import { column, showDone, showList } from '../show-list.ts';

const config = (item: Fields): string => cleanJson(item.json['config'] ?? {});

export const environments: CommandFunction = async (context) => {
  const { body } = await clientFor(context).get('/environments');
  return showList(context, {
    items: new Fields(body).list('items'),
    columns: [
      column('NAME', 'name', { keep: true }),
      column('PROMOTES FROM', 'promotes_from'),
      { title: 'WITHOUT DEPLOYMENT', text: (item) => (item.flag('runs_latest') ? 'latest runs' : 'nothing runs') },
      { title: 'CONFIG', text: config },
    ],
    none: 'No environments.',
  });
};

export const showEnvironment: CommandFunction = async (context) => {
  const { terminal, args } = context;
  const { body } = await clientFor(context).get(`/environments/${encodeURIComponent(args[0] ?? '')}`);
  terminal.json(new Fields(body).json);
  return EXIT_CODES.ok;
};

/** Makes or changes one; what is not named stays. */
export const setEnvironment: CommandFunction = async (context) => {
  const { io, args, options } = context;
  const [given, from, latest] = [options.text('config'), options.text('promotesFrom'), options.text('runsLatest')];
  const rank = options.count('rank', 0);
  const body = {
    ...(given === null ? {} : { config: await readJsonArgument(io, given, '--config') }),
    ...(from === null ? {} : { promotes_from: from === 'none' ? null : from }),
    ...(latest === null ? {} : { runs_latest: latest === 'true' }),
    ...(rank === null ? {} : { rank }),
  };
  if (Object.keys(body).length === 0)
    throw usageError('Say what to set: --config, --promotes-from, --runs-latest or --rank');
  const answer = await clientFor(context).put(`/environments/${encodeURIComponent(args[0] ?? '')}`, { body });
  return showDone(context, new Fields(answer.body), `${args[0]} is set.`);
};
