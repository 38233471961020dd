import { Fields } from '../answer-fields.ts';
import { cleanLines, cleanText } from '../clean-text.ts';
import { type Client, clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { versionsText } from '../deployment-text.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { listAll } from '../list-all.ts';
import { column, showDone, showList } from '../show-list.ts';
import { textTable } from '../text-table.ts';

const DEFAULT_LIMIT = 50;
const tags = (item: Fields): string => item.texts('tags').join(', ');

/** Lists and searches flows, or shows one with its versions and where it is deployed. */
export const flows: CommandFunction = async (context) => {
  const { args, options } = context;
  const client = clientFor(context);
  const limit = options.count('limit', 1) ?? DEFAULT_LIMIT;
  if (args[0] !== undefined) return showFlow(context, client, args[0], limit);
  const query = {
    q: options.text('search'),
    category: options.text('category'),
    tag: options.text('tag'),
    archived: options.flag('archived') ? true : null,
  };
  return showList(context, {
    items: await listAll(client, '/flows', { limit, query }),
    columns: [
      column('FLOW', 'flow', { keep: true }),
      column('VERSION', 'version', { keep: true }),
      column('CATEGORY', 'category'),
      { title: 'TAGS', text: tags },
      {
        title: 'STATE',
        text: (item) => (item.show('status') === 'invalid' ? 'has errors' : ''),
        paint: (_, style) => style.red,
      },
      column('TITLE', 'title'),
    ],
    none: 'No flows. Bring some with: weir push DIR',
  });
};

async function showFlow(context: CommandContext, client: Client, name: string, limit: number): Promise<ExitCode> {
  const { options, terminal } = context;
  const path = `/flows/${encodeURIComponent(name)}`;
  const query = options.flag('archived') ? { archived: true } : {};
  const flow = new Fields((await client.get(path, { query })).body);
  if (options.flag('source')) {
    terminal.raw(flow.text('source'));
    return EXIT_CODES.ok;
  }
  const versions = await listAll(client, `${path}/versions`, { limit, query });
  // A server of a folder has no deployments.
  const found = await client.get(`${path}/deployments`, { expect: [404] });
  const deployments = found.status === 200 ? new Fields(found.body).list('items') : [];
  if (options.flag('json')) {
    terminal.json({
      ...flow.json,
      versions: versions.map((one) => one.json),
      deployments: deployments.map((one) => one.json),
    });
    return EXIT_CODES.ok;
  }
  const { style } = terminal;
  terminal.out(
    `${style.bold(cleanText(flow.text('flow')))} ${cleanText(flow.text('version'))}${flow.show('archived_at') === '' ? '' : style.yellow(' archived')} ${cleanText(flow.show('title'))}`,
  );
  if (flow.show('description') !== '') terminal.out(cleanLines(flow.show('description')).trimEnd());
  const about = [flow.show('category'), ...flow.texts('tags').map((tag) => `#${tag}`)].filter(Boolean).join(' ');
  if (about !== '') terminal.out(style.dim(cleanText(about)));
  for (const one of deployments)
    terminal.out(`runs in ${cleanText(one.show('environment'))}: ${cleanText(versionsText(one))}`);
  const columns = [
    column('VERSION', 'version', { keep: true as const }),
    column('STORED', 'created_at', { keep: true as const }),
    { title: 'STATE', text: (item: Fields) => (item.show('status') === 'invalid' ? 'has errors' : '') },
    { title: 'HASH', text: (item: Fields) => item.show('hash').slice(0, 12) },
  ];
  terminal.out(`\n${textTable(versions, columns, terminal)}`);
  return EXIT_CODES.ok;
}

/** Takes a flow out of lists and starts; its versions and executions stay. */
export const archive: CommandFunction = async (context) => {
  const { args, options, terminal } = context;
  const name = args[0] ?? '';
  const client = clientFor(context);
  if (!(await confirmed(context, `Archive ${name} on ${client.url}?`))) {
    terminal.note('Nothing was done. To do it without being asked: --yes');
    return EXIT_CODES.changesPending;
  }
  await client.delete(`/flows/${encodeURIComponent(name)}`, { query: options.flag('force') ? { force: true } : {} });
  return showDone(context, new Fields({ flow: name, archived: true }), `Archived ${name}.`);
};

/** Makes a new flow with the source of another one. */
export const clone: CommandFunction = async (context) => {
  const [source = '', name = ''] = context.args;
  const [flow = '', version] = source.split('@');
  const body = { name, ...(version === undefined ? {} : { version }) };
  const made = new Fields((await clientFor(context).post(`/flows/${encodeURIComponent(flow)}/clone`, { body })).body);
  return showDone(context, made, `${made.show('flow')} ${made.show('version')}, made from ${source}.`);
};
