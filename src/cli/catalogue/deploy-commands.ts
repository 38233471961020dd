import type { CommandDefinition } from '../command.ts';
import { JSON_OUT, LIMIT, SERVER } from './common-options.ts';

const FLOW = { name: 'flow', kind: 'required', description: 'name of the flow' } as const;
const ENV = { flags: '--env <environment>', description: 'the environment, such as prod (required)' } as const;
const ASKED = ['ok', 'failed', 'unreachable', 'unauthenticated', 'forbidden'] as const;

/** Commands about what runs where. */
export const DEPLOY_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'deploy',
    group: 'Deploy',
    summary: 'Make a version of a flow what runs in an environment',
    description:
      'Without a version the latest one is taken, as it is now. A version may be a range, which is resolved now. Running executions stay on the version that they were started with. With --split each start gets one of several versions; the same value of --key always gets the same one.',
    args: [{ name: 'flow', kind: 'required', description: 'FLOW or FLOW@VERSION' }],
    options: [
      ENV,
      { flags: '--split <versions>', description: 'several versions with weights: 1.2.0=90,1.3.0=10' },
      {
        flags: '--key <expression>',
        description: 'CEL over $input that a split sticks to, such as $input.customer_id',
      },
      { flags: '--comment <text>', description: 'why; kept with the revision' },
      SERVER,
      JSON_OUT,
    ],
    examples: [
      { line: 'weir deploy customer-support --env prod', does: 'the latest version' },
      { line: "weir deploy pay --env prod --split 1.2.0=90,1.3.0=10 --key '$input.customer_id'", does: 'an A/B test' },
    ],
    exits: [...ASKED, 'conflict'],
    load: async () => (await import('../commands/deploy.ts')).deploy,
  },
  {
    name: 'undeploy',
    group: 'Deploy',
    summary: 'Take a flow out of an environment',
    description:
      'Nothing starts there any more; running executions go on. `weir rollback FLOW --env ENV` brings it back.',
    args: [FLOW],
    options: [ENV, SERVER, JSON_OUT],
    examples: [{ line: 'weir undeploy pay --env staging', does: 'its triggers there stop, too' }],
    exits: [...ASKED, 'conflict'],
    load: async () => (await import('../commands/deploy.ts')).undeploy,
  },
  {
    name: 'rollback',
    group: 'Deploy',
    summary: 'Take a deployment back to what ran before, or an execution back to before a step',
    description:
      'With an execution id: it goes back to before the step --to and on from there. With the name of a flow: what ran in --env before runs again, or the revision --to (see `weir deployments FLOW --env ENV`); called again it goes further back.',
    args: [{ name: 'target', kind: 'required', description: 'execution id, or name of a flow' }],
    options: [
      {
        flags: '--to <place>',
        description: 'of an execution: id or address of the step (required); of a flow: number of the revision',
      },
      { flags: '--env <environment>', description: 'of a flow: the environment (required)' },
      { flags: '--compensate', description: 'of an execution: compensate first what was done since' },
      { flags: '--new-keys', description: 'of an execution: new idempotency keys for all that is done again' },
      SERVER,
      JSON_OUT,
    ],
    examples: [
      { line: 'weir rollback customer-support --env prod', does: 'what ran before runs again' },
      { line: 'weir rollback 0192… --to charge_card --compensate', does: 'undoes and repeats from there' },
    ],
    exits: [...ASKED, 'conflict'],
    load: async () => (await import('../commands/rollback.ts')).rollback,
  },
  {
    name: 'deployments',
    group: 'Deploy',
    summary: 'Show what runs where',
    description: 'With a flow and --env also what ran before, by revision.',
    args: [{ name: 'flow', kind: 'optional', description: 'only of this flow' }],
    options: [{ flags: '--env <environment>', description: 'only in this environment' }, LIMIT, SERVER, JSON_OUT],
    examples: [
      { line: 'weir deployments --env prod', does: 'everything that runs in prod' },
      { line: 'weir deployments pay --env prod', does: 'its revisions there' },
    ],
    exits: ASKED,
    load: async () => (await import('../commands/deployments.ts')).deployments,
  },
  {
    name: 'outcomes',
    group: 'Deploy',
    summary: 'Show how executions of each version went',
    args: [FLOW],
    options: [
      { flags: '--env <environment>', description: 'only in this environment' },
      { flags: '--since <when>', description: 'only started since: 24h, 7d, or an RFC 3339 instant' },
      SERVER,
      JSON_OUT,
    ],
    examples: [
      { line: 'weir outcomes pay --env prod --since 7d', does: 'count, success and durations, to judge a split by' },
    ],
    exits: ASKED,
    load: async () => (await import('../commands/deployments.ts')).outcomes,
  },
  {
    name: 'environments',
    group: 'Deploy',
    summary: 'List environments',
    args: [],
    options: [SERVER, JSON_OUT],
    examples: [{ line: 'weir environments', does: 'with promotion rules and config values' }],
    exits: ASKED,
    load: async () => (await import('../commands/environments.ts')).environments,
    subcommands: [
      {
        name: 'show',
        summary: 'Print one environment as JSON',
        args: [{ name: 'name', kind: 'required', description: 'name of the environment' }],
        options: [SERVER, JSON_OUT],
        examples: [{ line: 'weir environments show prod', does: 'with all its config values' }],
        exits: ASKED,
        load: async () => (await import('../commands/environments.ts')).showEnvironment,
      },
      {
        name: 'set',
        summary: 'Make or change an environment; what is not named stays',
        args: [{ name: 'name', kind: 'required', description: 'name of the environment' }],
        options: [
          {
            flags: '--config <json>',
            description: '$config of its executions: JSON, @file, or - for standard input; no secrets',
          },
          {
            flags: '--promotes-from <environment>',
            description: 'a version must have been deployed there before; none for no rule',
          },
          {
            flags: '--runs-latest <yes>',
            description: 'without a deployment the latest version runs',
            choices: ['true', 'false'],
          },
          { flags: '--rank <n>', description: 'place in lists, the lowest first' },
          SERVER,
          JSON_OUT,
        ],
        examples: [
          {
            line: `weir environments set prod --promotes-from staging --config '{"region": "eu"}'`,
            does: 'a rule and a value',
          },
        ],
        exits: ASKED,
        load: async () => (await import('../commands/environments.ts')).setEnvironment,
      },
    ],
  },
];
