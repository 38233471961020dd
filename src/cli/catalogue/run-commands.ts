import type { CommandDefinition } from '../command.ts';
import { ADAPTERS, INPUT, JSON_OUT, RENEW_OWNER, SERVER } from './common-options.ts';

/** Commands that start something. */
export const RUN_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'run',
    group: 'Run',
    summary: 'Run a flow and watch its steps',
    description:
      'With --url (or WEIR_URL) the flow is sent to that server and run there; without, a development environment is started for it and stopped afterwards. Steps are shown on standard error as they happen, the output is printed on standard output. Ctrl-C cancels the execution; a second Ctrl-C leaves without waiting for its end.',
    args: [
      {
        name: 'flow',
        kind: 'required',
        description: 'a flow file; with a server also the name of a flow that is there',
      },
    ],
    options: [
      INPUT,
      { flags: '--env <environment>', description: 'environment to run it in; that of the server when left out (dev)' },
      { flags: '--version <version>', description: 'a version or range; what is deployed there when left out' },
      { flags: '--server, --url <url>', description: 'an existing server; WEIR_URL when left out' },
      { flags: '--ephemeral', description: 'keep nothing on disk afterwards' },
      { flags: '--state <dir>', description: 'where the development environment keeps its state; .weir when left out' },
      { flags: '--detach', description: 'start it on the server, print its id and leave' },
      ADAPTERS,
      { flags: '--json', description: 'print the whole execution as JSON at its end' },
    ],
    examples: [
      { line: `weir run hello.flow.yaml --input '{"name": "Ada"}'`, does: 'runs a file here' },
      { line: 'weir run hello.flow.yaml -i @input.json --ephemeral', does: 'leaves nothing behind' },
      { line: 'weir run hello --url http://127.0.0.1:8080', does: 'runs a flow of the server' },
      { line: 'weir run pay --env prod -i @input.json', does: 'runs what is deployed in prod' },
    ],
    exits: ['ok', 'failed', 'unreachable', 'cancelled', 'timedOut', 'terminated', 'interrupted'],
    load: async () => (await import('../commands/run.ts')).run,
  },
  {
    name: 'dev',
    group: 'Run',
    summary: 'Start a development environment: Temporal, worker, API',
    description:
      "Serves the whole control plane on an embedded PostgreSQL, until Ctrl-C. The first start makes the owner's token, prints it once and keeps it as the context `dev`. With --flows it serves the flows of a folder instead and follows changes in it: no database, no identities. State is kept, so that a restart loses nothing.",
    args: [],
    options: [
      {
        flags: '--flows <dir>',
        description: 'serve this folder of flows, actions.yaml and adapters/, without a database',
      },
      { flags: '--port <n>', description: 'port of the API; 0 picks a free one', default: '8080' },
      { flags: '--ephemeral', description: 'keep nothing on disk, no context either' },
      { flags: '--state <dir>', description: 'where state is kept; .weir when left out' },
      RENEW_OWNER,
    ],
    examples: [
      { line: 'weir dev', does: 'serves the control plane on http://127.0.0.1:8080' },
      { line: 'weir dev --flows flows', does: 'serves a folder and follows changes in it' },
    ],
    exits: ['ok', 'failed'],
    load: async () => (await import('../commands/dev.ts')).dev,
  },
  {
    name: 'rerun',
    group: 'Run',
    summary: 'Run an ended execution again, from its start or from a step',
    description: 'Starts a new execution that names its origin. Idempotency keys are new.',
    args: [{ name: 'id', kind: 'required', description: 'execution id' }],
    options: [
      { flags: '--from <step>', description: 'keep what came before this step' },
      { flags: '--version <version>', description: 'flow version; that of the origin when left out' },
      INPUT,
      SERVER,
      JSON_OUT,
    ],
    examples: [{ line: 'weir rerun 0192… --from charge_card --version 1.4.1', does: 'goes on with a corrected flow' }],
    exits: ['ok', 'failed', 'unreachable'],
    load: async () => (await import('../commands/rerun.ts')).rerun,
  },
];
