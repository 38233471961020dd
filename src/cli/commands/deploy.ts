import { Fields } from '../answer-fields.ts';
import { usageError } from '../cli-error.ts';
import { clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { deploymentText } from '../deployment-text.ts';
import type { ExitCode } from '../exit-codes.ts';
import { requiredOption } from '../required-option.ts';
import { showDone } from '../show-list.ts';

const WHERE = 'As in --env prod. What there is: weir environments';

/** Makes a version, or a split of several, what runs in an environment. */
export const deploy: CommandFunction = async (context) => {
  const { args, options } = context;
  const environment = requiredOption(options, 'env', WHERE);
  const [flow = '', version, ...rest] = (args[0] ?? '').split('@');
  const [split, key, comment] = [options.text('split'), options.text('key'), options.text('comment')];
  if (rest.length > 0 || flow === '' || version === '') throw usageError(`"${args[0]}" is not FLOW or FLOW@VERSION.`);
  if (split !== null && version !== undefined) throw usageError('A version and --split exclude each other.');
  if (split === null && key !== null) throw usageError('--key goes with --split: one version has nothing to split.');
  const body = {
    // Without a version: the latest one, as it is now.
    ...(split === null ? { version: version ?? '*' } : { versions: splitOf(split) }),
    ...(key === null ? {} : { split_key: key }),
    ...(comment === null ? {} : { comment }),
  };
  const answer = await clientFor(context).put(deploymentPath(flow, environment), { body });
  return done(context, new Fields(answer.body));
};

/** Takes a flow out of an environment. */
export const undeploy: CommandFunction = async (context) => {
  const environment = requiredOption(context.options, 'env', WHERE);
  const answer = await clientFor(context).delete(deploymentPath(context.args[0] ?? '', environment));
  return done(context, new Fields(answer.body));
};

/** Deploys again what ran before, or the revision `to`. */
export async function rollBackDeployment(context: CommandContext, to: number | null): Promise<ExitCode> {
  const environment = requiredOption(context.options, 'env', WHERE);
  const path = `${deploymentPath(context.args[0] ?? '', environment)}/rollback`;
  const answer = await clientFor(context).post(path, { body: to === null ? {} : { to } });
  return done(context, new Fields(answer.body));
}

function done(context: CommandContext, deployment: Fields): ExitCode {
  const same = deployment.json['changed'] === false;
  return showDone(context, deployment, `${deploymentText(deployment)}${same ? ', as before' : ''}`);
}

function deploymentPath(flow: string, environment: string): string {
  return `/flows/${encodeURIComponent(flow)}/deployments/${encodeURIComponent(environment)}`;
}

/** `1.2.0=90,1.3.0=10`. */
function splitOf(text: string): readonly { version: string; weight: number }[] {
  return text.split(',').map((part) => {
    const [, version, weight] = /^\s*([^=\s]+)=(\d{1,5})\s*$/.exec(part) ?? [];
    if (version === undefined || Number(weight) < 1)
      throw usageError(
        `"${part}" of --split is not VERSION=WEIGHT.`,
        'As in --split 1.2.0=90,1.3.0=10; weights are whole numbers from 1.',
      );
    return { version, weight: Number(weight) };
  });
}
