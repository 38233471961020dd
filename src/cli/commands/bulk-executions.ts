import { Fields } from '../answer-fields.ts';
import { cleanText } from '../clean-text.ts';
import { CliError, usageError } from '../cli-error.ts';
import { clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { executionFilter } from '../execution-filter.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';

const MAX_SHOWN = 20;

export const cancelExecutions: CommandFunction = (context) => bulk(context, 'cancel');
export const terminateExecutions: CommandFunction = (context) => bulk(context, 'terminate');
export const pauseExecutions: CommandFunction = (context) => bulk(context, 'pause');
export const resumeExecutions: CommandFunction = (context) => bulk(context, 'resume');
export const rerunExecutions: CommandFunction = (context) => bulk(context, 'rerun');

/** Counts, asks, and does it to exactly as many as were counted. */
async function bulk(context: CommandContext, operation: string): Promise<ExitCode> {
  const { options, terminal } = context;
  const filter = executionFilter(options, Date.now());
  if (Object.keys(filter).length === 0 && !options.flag('all'))
    throw usageError('Say which executions, as in --flow NAME --since 1h. All of them: --all');
  const expect = options.count('expect', 0);
  const client = clientFor(context);
  const counted = new Fields(
    (await client.post('/executions/bulk', { body: { filter, operation, dry_run: true } })).body,
  );
  const count = counted.number('count') ?? 0;
  if (expect !== null && expect !== count)
    throw new CliError(`${count} executions fit, not ${expect}. Nothing was done.`, {
      exit: EXIT_CODES.conflict,
      hint: 'Look at them with: weir executions',
    });
  if (!options.flag('json')) show(context, operation, counted, count);
  if (count === 0 || options.flag('dryRun')) return end(context, counted, EXIT_CODES.ok);
  if (!(await confirmed(context, `${named(operation)} ${executionsText(count)} on ${client.url}?`))) {
    terminal.note('Nothing was done. To do it without being asked: --yes');
    return end(context, counted, EXIT_CODES.changesPending);
  }
  const done = new Fields(
    (await client.post('/executions/bulk', { body: { filter, operation, expected: count } })).body,
  );
  if (!options.flag('json')) showResults(context, operation, done);
  return end(context, done, (done.number('failed') ?? 0) > 0 ? EXIT_CODES.failed : EXIT_CODES.ok);
}

function show({ terminal }: CommandContext, operation: string, counted: Fields, count: number): void {
  terminal.out(count === 0 ? 'No executions fit.' : `To ${operation}: ${executionsText(count)}`);
  const sample = counted.texts('sample').slice(0, MAX_SHOWN);
  for (const id of sample) terminal.out(`  ${cleanText(id)}`);
  if (count > sample.length) terminal.out(`  and ${count - sample.length} more`);
}

function showResults({ terminal }: CommandContext, operation: string, done: Fields): void {
  const { style } = terminal;
  const failed = done.list('results').filter((one) => one.show('outcome') === 'failed');
  for (const one of failed.slice(0, MAX_SHOWN))
    terminal.out(
      `${style.red('✗')} ${cleanText(`${one.show('execution_id')} ${one.show('code')}: ${one.show('detail')}`)}`,
    );
  if (failed.length > MAX_SHOWN) terminal.out(`  and ${failed.length - MAX_SHOWN} more that failed`);
  terminal.out(
    `${failed.length === 0 ? style.green('✓') : style.red('✗')} ${operation}: ${done.show('done')} done, ${done.show('failed')} failed.`,
  );
}

function end({ options, terminal }: CommandContext, answer: Fields, code: ExitCode): ExitCode {
  if (options.flag('json')) terminal.json(answer.json);
  return code;
}

const named = (operation: string): string => operation.charAt(0).toUpperCase() + operation.slice(1);
const executionsText = (count: number): string => `${count} execution${count === 1 ? '' : 's'}`;
