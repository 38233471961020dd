import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fields } from '../answer-fields.ts';
import { CliError, usageError } from '../cli-error.ts';
import { type Client, clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { collectFiles, type PushedFile } from '../sync/collect-files.ts';
import { countOf, planText, summaryText } from '../sync/plan-text.ts';

/** Brings files to the server: all of them or none, after a look at what would change. */
export const push: CommandFunction = async (context) => {
  const { io, args, options, terminal } = context;
  if (options.flag('prune')) await foldersOnly(context);
  const files = await collectFiles({ cwd: io.cwd, patterns: args.length === 0 ? ['.'] : args });
  if (files.length === 0)
    throw new CliError(`There is nothing to push in ${args.length === 0 ? io.cwd : args.join(', ')}.`, {
      exit: EXIT_CODES.usage,
      hint: 'Flows are .yaml or .json files with a top-level `flow:`; adapters are in a folder `adapters`, actions in actions.yaml.',
    });
  const client = clientFor(context);
  const plan = await post(client, context, files, { dry_run: true });
  if (!options.flag('json')) terminal.out(planText(plan, files, terminal));
  const faults = faultsOf(plan);
  const changes = ['create', 'update', 'delete'].reduce((sum, operation) => sum + countOf(plan, operation), 0);
  if (faults !== null || changes === 0 || options.flag('dryRun')) return end(context, plan, faults ?? EXIT_CODES.ok);
  if (!(await confirmed(context, `Do this on ${client.url}?`))) {
    terminal.note('Nothing was done. To do it without being asked: --yes');
    return end(context, plan, EXIT_CODES.changesPending);
  }
  const done = await post(client, context, files, { plan: plan.text('plan') });
  if (!options.flag('json')) terminal.out(`${terminal.style.green('✓')} ${summaryText(done)}`);
  return end(context, done, EXIT_CODES.ok);
};

/** A file alone with `--prune` would archive everything else. */
async function foldersOnly({ io, args }: CommandContext): Promise<void> {
  for (const arg of args) {
    if ((await stat(resolve(io.cwd, arg)).catch(() => null))?.isDirectory() !== true)
      throw usageError(`--prune takes folders; ${arg} is none.`, 'What is not in the folder is archived.');
  }
}

async function post(
  client: Client,
  { options }: CommandContext,
  files: readonly PushedFile[],
  extra: Readonly<Record<string, unknown>>,
): Promise<Fields> {
  const body = { files, prune: options.flag('prune'), force: options.flag('force'), ...extra };
  return new Fields((await client.post('/import', { body })).body);
}

function end({ options, terminal }: CommandContext, answer: Fields, code: ExitCode): ExitCode {
  if (options.flag('json')) terminal.json(answer.json);
  return code;
}

function faultsOf(plan: Fields): ExitCode | null {
  if (countOf(plan, 'invalid') > 0) return EXIT_CODES.failed;
  return countOf(plan, 'forbidden') > 0 ? EXIT_CODES.forbidden : null;
}
