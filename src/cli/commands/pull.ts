import { resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { cleanText } from '../clean-text.ts';
import { clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { shownPath } from '../files/shown-path.ts';
import { planPull, type PulledFile, type PullPlan } from '../sync/plan-pull.ts';
import { writeAll } from '../sync/write-all.ts';

/** Brings what the server has into a folder. Local work is written over with `--force` only; nothing is ever removed. */
export const pull: CommandFunction = async (context) => {
  const { io, args, options, terminal } = context;
  const folder = resolve(io.cwd, args[0] ?? '.');
  const plan = await planPull(clientFor(context), folder, {
    q: options.text('search'),
    category: options.text('category'),
    tag: options.text('tag'),
  });
  const changed = plan.files.filter((file) => file.operation === 'changed');
  const written = plan.files.filter((file) => file.operation !== 'unchanged');
  const refused = changed.length > 0 && !options.flag('force');
  const applied = !refused && !options.flag('dryRun') && written.length > 0;
  if (!options.flag('json')) show(context, plan);
  if (applied) await writeAll(folder, written);
  if (options.flag('json')) showJson(context, plan, applied);
  if (refused)
    throw new CliError(
      `${changed.length === 1 ? 'A file was' : `${changed.length} files were`} changed here. Nothing was written.`,
      {
        exit: EXIT_CODES.conflict,
        hint: 'Push the changes, or write over them with: --force',
      },
    );
  if (!options.flag('json')) terminal.out(doneText(written, applied));
  return EXIT_CODES.ok satisfies ExitCode;
};

const MARKS = { create: '+', update: '~', changed: '!', unchanged: ' ' } as const;

function show({ io, terminal, options }: CommandContext, plan: PullPlan): void {
  const { style } = terminal;
  const paint = { create: style.green, update: style.yellow, changed: style.red, unchanged: style.dim };
  for (const file of plan.files) {
    if (file.operation === 'unchanged') continue;
    const note =
      file.operation !== 'changed'
        ? ''
        : options.flag('force')
          ? ' (changes here are written over)'
          : ' (changed here)';
    terminal.out(
      `${paint[file.operation](`${MARKS[file.operation]} ${cleanText(shownPath(io.cwd, file.path))}`)} ${style.dim(cleanText(`${file.kind} ${file.name} ${file.version}`))}${note}`,
    );
  }
  const same = plan.files.filter((file) => file.operation === 'unchanged').length;
  if (same > 0) terminal.out(style.dim(`  ${same} unchanged`));
  if (plan.onlyHere.length > 0)
    terminal.out(style.dim(`  only here, stays: ${plan.onlyHere.map((path) => shownPath(io.cwd, path)).join(', ')}`));
}

function showJson({ io, terminal }: CommandContext, plan: PullPlan, applied: boolean): void {
  const files = plan.files.map(({ operation, kind, name, version, path }) => ({
    operation,
    kind,
    name,
    version,
    path: shownPath(io.cwd, path),
  }));
  terminal.json({ applied, files, only_here: plan.onlyHere.map((path) => shownPath(io.cwd, path)) });
}

function doneText(written: readonly PulledFile[], applied: boolean): string {
  if (written.length === 0) return 'Nothing to do: the folder has it all.';
  return `${written.length} ${written.length === 1 ? 'file' : 'files'} ${applied ? 'written.' : 'to write.'}`;
}
