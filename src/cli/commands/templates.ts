import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fields } from '../answer-fields.ts';
import { usageError } from '../cli-error.ts';
import { clientFor } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { readStdin } from '../files/read-stdin.ts';
import { readJsonArgument } from '../json-argument.ts';
import { listAll } from '../list-all.ts';
import { requiredOption } from '../required-option.ts';
import { column, showDone, showList } from '../show-list.ts';

/** Lists the templates that flows can be made from. */
export const templates: CommandFunction = async (context) =>
  showList(context, {
    items: await listAll(clientFor(context), '/templates', { limit: context.options.count('limit', 1) ?? 50 }),
    columns: [
      column('NAME', 'name', { keep: true }),
      column('CATEGORY', 'category'),
      {
        title: 'PARAMETERS',
        text: (item) => Object.keys(item.part('parameters')?.part('properties')?.json ?? {}).join(', '),
      },
      column('TITLE', 'title'),
    ],
    none: 'No templates.',
  });

/** Prints one, as JSON or as its source. */
export const showTemplate: CommandFunction = async (context) => {
  const { args, options, terminal } = context;
  const found = new Fields((await clientFor(context).get(`/templates/${encodeURIComponent(args[0] ?? '')}`)).body);
  if (options.flag('source')) terminal.raw(found.text('source'));
  else terminal.json(found.json);
  return EXIT_CODES.ok;
};

/** Stores a template: a flow with places `{{name}}`, and the JSON Schema of what goes there. */
export const createTemplate: CommandFunction = async (context) => {
  const { io, args, options } = context;
  const [name = '', file = ''] = args;
  const source =
    file === '-'
      ? (await readStdin(io)).toString('utf8')
      : await readFile(resolve(io.cwd, file), 'utf8').catch((error: unknown) => {
          throw usageError(`Can't read ${file}: ${error instanceof Error ? error.message : String(error)}`);
        });
  const parameters = await readJsonArgument(
    io,
    requiredOption(options, 'parameters', 'The JSON Schema of the parameters: --parameters @schema.json'),
    '--parameters',
  );
  const [title, category] = [options.text('title'), options.text('category')];
  const body = {
    name,
    source,
    parameters,
    ...(title === null ? {} : { title }),
    ...(category === null ? {} : { category }),
  };
  const made = new Fields((await clientFor(context).post('/templates', { body })).body);
  return showDone(
    context,
    made,
    `The template ${made.show('name')}. Make flows of it with: weir templates use ${made.show('name')} --flow NAME`,
  );
};

/** Makes a flow from a template. */
export const useTemplate: CommandFunction = async (context) => {
  const { io, args, options } = context;
  const flow = requiredOption(options, 'flow', 'The name of the new flow: --flow NAME');
  const given = options.text('parameters');
  const body = { flow, ...(given === null ? {} : { parameters: await readJsonArgument(io, given, '--parameters') }) };
  const made = new Fields(
    (await clientFor(context).post(`/templates/${encodeURIComponent(args[0] ?? '')}/flows`, { body })).body,
  );
  return showDone(context, made, `${made.show('flow')} ${made.show('version')}, made from the template ${args[0]}.`);
};

/** Deletes a template; flows made from it stay. */
export const deleteTemplate: CommandFunction = async (context) => {
  const name = context.args[0] ?? '';
  await clientFor(context).delete(`/templates/${encodeURIComponent(name)}`);
  return showDone(
    context,
    new Fields({ name, deleted: true }),
    `The template ${name} is gone. Flows made from it stay.`,
  );
};
