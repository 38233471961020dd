import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fields } from '../answer-fields.ts';
import { cleanText } from '../clean-text.ts';
import { CliError, usageError } from '../cli-error.ts';
import { clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { compileFile } from '../compile-file.ts';
import { type FlowDifference, patchLines } from '../sync/patch-lines.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { listAll } from '../list-all.ts';
import type { FlowIr } from '../../dsl/ir/index.ts';

/** Shows what differs between two versions of a flow, or between a file and the latest version of the server. */
export const diff: CommandFunction = async (context) => {
  const { io, args, options, terminal } = context;
  const path = resolve(io.cwd, args[0] ?? '');
  const isFile = (await stat(path).catch(() => null))?.isFile() === true;
  if (!isFile && /[/\\]|\.(ya?ml|json)$/.test(args[0] ?? '')) throw usageError(`There is no file ${args[0]}.`);
  const found = isFile ? await ofFile(context) : await ofVersions(context);
  const differs = found.text !== '' || found.graph.length > 0;
  if (options.flag('json')) terminal.json({ from: found.from, to: found.to, text: found.text, graph: found.graph });
  else if (!differs) terminal.note(`${cleanText(found.from)} and ${cleanText(found.to)} are the same.`);
  else for (const line of patchLines(found, terminal.style)) terminal.out(line);
  return differs && options.flag('exitCode') ? EXIT_CODES.changesPending : EXIT_CODES.ok;
};

/** The version before the latest is near the top. */
const MAX_VERSIONS = 500;

async function ofVersions(context: CommandContext): Promise<FlowDifference> {
  const [flow = '', givenFrom, givenTo] = context.args;
  const client = clientFor(context);
  const path = `/flows/${encodeURIComponent(flow)}`;
  const versions = (await listAll(client, `${path}/versions`, { limit: MAX_VERSIONS })).map((item) =>
    item.text('version'),
  );
  const to = givenTo ?? versions[0] ?? '';
  const from = givenFrom ?? versions[versions.indexOf(to) + 1];
  if (from === undefined)
    throw new CliError(`There is only one version of ${flow}, ${to}: nothing to compare.`, {
      hint: `A file is compared with it: weir diff FILE`,
    });
  const answer = new Fields((await client.get(`${path}/diff`, { query: { from, to } })).body);
  const graph = answer
    .list('graph')
    .map((part) => ({ change: part.show('change'), at: part.show('at'), kind: part.show('kind') }));
  return { from: `${flow}@${from}`, to: `${flow}@${to}`, text: answer.show('text'), graph };
}

async function ofFile(context: CommandContext): Promise<FlowDifference> {
  const { args } = context;
  if (args.length > 1)
    throw usageError(
      'A file is compared with the latest version of the server.',
      'Versions are compared by the name of the flow.',
    );
  const { ir, source } = await compileFile(context, args[0] ?? '');
  const client = clientFor(context);
  const path = `/flows/${encodeURIComponent(ir.name)}`;
  const { status, body } = await client.get(path, { expect: [404] });
  if (status === 404)
    throw new CliError(`The server has no flow ${ir.name}.`, { hint: `Bring it there with: weir push ${args[0]}` });
  const latest = new Fields(body);
  const compiled =
    latest.show('status') === 'invalid' ? undefined : (await client.get(path, { query: { as: 'ir' } })).body;
  const { diffFlows } = await import('../../flows/flow-diff.ts');
  const { text, graph } = diffFlows(
    // `as=ir` is the compiled form by contract.
    {
      name: ir.name,
      version: latest.text('version'),
      source: latest.text('source'),
      ir: compiled as unknown as FlowIr,
    },
    { name: args[0] ?? ir.name, version: 'here', source, ir },
  );
  return { from: `${ir.name}@${latest.text('version')}`, to: args[0] ?? '', text, graph };
}
