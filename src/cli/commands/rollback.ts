import { usageError } from '../cli-error.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { steer } from '../steer.ts';
import { rollBackDeployment } from './deploy.ts';

/** UUID, with `~step~generation` behind it for a sub-flow's. No flow has such a name: it would be too long by its dashes alone. */
const EXECUTION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(~.+)?$/i;
const FORMS =
  'An execution goes back to a step: weir rollback EXECUTION --to STEP. A flow to what ran before: weir rollback FLOW --env ENV [--to REVISION]';

/** Takes an execution back to before a step, or the deployment of a flow to an earlier revision: the argument tells which. */
export const rollback: CommandFunction = async (context) =>
  EXECUTION.test(context.args[0] ?? '') ? ofExecution(context) : ofFlow(context);

async function ofExecution(context: CommandContext): Promise<ExitCode> {
  const { options } = context;
  if (options.text('env') !== null) throw usageError('--env goes with a flow; this is an execution.', FORMS);
  const to = options.text('to');
  if (to === null) throw usageError('Say where to: --to STEP', 'The steps of an execution: weir executions ID');
  return steer(context, {
    path: 'rollback',
    body: { to, compensate: options.flag('compensate'), new_keys: options.flag('newKeys') },
    done: `Rolled back to ${to}`,
  });
}

async function ofFlow(context: CommandContext): Promise<ExitCode> {
  const { args, options } = context;
  if (options.text('env') === null)
    throw usageError(`"${args[0]}" is no execution id, and for a flow --env is missing.`, FORMS);
  for (const [name, flag] of [
    ['compensate', '--compensate'],
    ['newKeys', '--new-keys'],
  ] as const)
    if (options.flag(name)) throw usageError(`${flag} goes with an execution; ${args[0]} is a flow.`, FORMS);
  const to = options.text('to');
  if (to !== null && !/^[1-9]\d{0,9}$/.test(to))
    throw usageError(
      `--to takes the number of a revision here, not "${to}".`,
      `What ran before: weir deployments ${args[0]} --env ${options.text('env')}`,
    );
  return rollBackDeployment(context, to === null ? null : Number(to));
}
