import type { CommandDefinition, CommandFunction, SubcommandDefinition } from '../command.ts';
import { FILTER_OPTIONS } from '../execution-filter.ts';
import { DRY_RUN, JSON_OUT, SERVER, YES } from './common-options.ts';

const ID = { name: 'id', kind: 'required', description: 'execution id' } as const;
const ASKED = ['ok', 'failed', 'unreachable', 'unauthenticated', 'forbidden'] as const;
const STEERED = [...ASKED, 'conflict'] as const;

/** Commands about executions of a server. */
export const EXECUTION_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'executions',
    group: 'Look',
    summary: 'List executions, or show one with its steps',
    args: [{ name: 'id', kind: 'optional', description: 'execution id' }],
    options: [
      ...FILTER_OPTIONS,
      { flags: '--archived', description: 'only what is in the archive; answers while Temporal is away, too' },
      { flags: '--limit <n>', description: 'at most so many', default: '20' },
      SERVER,
      JSON_OUT,
    ],
    examples: [
      { line: 'weir executions --flow support --status failed --since 24h', does: 'what failed today' },
      { line: 'weir executions 0192…', does: 'shows one with steps, attempts and errors' },
    ],
    exits: ASKED,
    load: async () => (await import('../commands/executions.ts')).executions,
    subcommands: [
      bulk('cancel', 'Cancel all executions that fit; compensate and finally run', 'cancelExecutions'),
      bulk('terminate', 'End all executions that fit at once', 'terminateExecutions'),
      bulk('pause', 'Pause all executions that fit', 'pauseExecutions'),
      bulk('resume', 'Go on with all paused executions that fit', 'resumeExecutions'),
      bulk('rerun', 'Run all ended executions that fit again, as new ones', 'rerunExecutions'),
    ],
  },
  {
    name: 'approvals',
    group: 'Look',
    summary: 'List open approvals that you may decide',
    args: [],
    options: [SERVER, JSON_OUT],
    examples: [{ line: 'weir approvals', does: 'the oldest first; decide them with weir decide' }],
    exits: ASKED,
    load: async () => (await import('../commands/approvals.ts')).approvals,
  },
  {
    name: 'logs',
    group: 'Look',
    summary: 'Show what an execution did, step by step',
    args: [ID],
    options: [
      { flags: '-f, --follow', description: 'go on until it ends; a lost connection is taken up where it broke' },
      SERVER,
      { flags: '--json', description: 'one JSON event a line' },
    ],
    examples: [{ line: 'weir logs 0192… --follow', does: 'watches a running execution' }],
    exits: [...ASKED, 'interrupted'],
    load: async () => (await import('../commands/logs.ts')).logs,
  },
  control(
    'pause',
    'Start no new step of an execution until it is resumed',
    async () => (await import('../commands/pause.ts')).pause,
  ),
  control('resume', 'Go on with a paused execution', async () => (await import('../commands/resume.ts')).resume),
  control(
    'cancel',
    'Cancel an execution; compensate and finally run',
    async () => (await import('../commands/cancel.ts')).cancel,
  ),
  control(
    'terminate',
    'End an execution at once; nothing of it runs any more',
    async () => (await import('../commands/terminate.ts')).terminate,
  ),
  {
    name: 'signal',
    group: 'Steer',
    summary: 'Send an event to one execution',
    args: [ID, { name: 'type', kind: 'required', description: 'event type, such as payment.settled' }],
    options: [
      { flags: '-d, --data <json>', description: 'data: JSON, @file, or - for standard input' },
      SERVER,
      JSON_OUT,
    ],
    examples: [{ line: `weir signal 0192… payment.settled --data '{"amount": 12}'`, does: 'answers a wait_for' }],
    exits: STEERED,
    load: async () => (await import('../commands/signal.ts')).signal,
  },
  {
    name: 'decide',
    group: 'Steer',
    summary: 'Approve or reject an open approval',
    args: [ID, { name: 'step', kind: 'required', description: 'id or address of the approve step' }],
    options: [
      { flags: '--approve', description: 'approve it' },
      { flags: '--reject', description: 'reject it' },
      { flags: '--comment <text>', description: 'why' },
      { flags: '--form <json>', description: "the approval's form: JSON, @file, or - for standard input" },
      SERVER,
      JSON_OUT,
    ],
    examples: [{ line: "weir decide 0192… sign_off --approve --comment 'looks good'", does: 'lets the flow go on' }],
    exits: STEERED,
    load: async () => (await import('../commands/decide.ts')).decide,
  },
];

function bulk(
  name: string,
  summary: string,
  command: 'cancelExecutions' | 'terminateExecutions' | 'pauseExecutions' | 'resumeExecutions' | 'rerunExecutions',
): SubcommandDefinition {
  return {
    name,
    summary,
    description:
      'Counts first and asks. Scripts say --yes, and with --expect how many there should be: with another number nothing is done.',
    args: [],
    options: [
      ...FILTER_OPTIONS,
      { flags: '--all', description: 'really all of them, without a filter' },
      DRY_RUN,
      YES,
      { flags: '--expect <n>', description: 'only when it is exactly so many' },
      SERVER,
      JSON_OUT,
    ],
    examples: [
      {
        line: `weir executions ${name} --flow pay --status ${name === 'rerun' ? 'failed' : 'running'} --since 1h`,
        does: 'tells how many, and asks',
      },
    ],
    exits: [...STEERED, 'changesPending', 'interrupted'],
    load: async () => (await import('../commands/bulk-executions.ts'))[command],
  };
}

function control(name: string, summary: string, load: () => Promise<CommandFunction>): CommandDefinition {
  return {
    name,
    group: 'Steer',
    summary,
    args: [ID],
    options: [SERVER, JSON_OUT],
    examples: [{ line: `weir ${name} 0192…`, does: summary.toLowerCase() }],
    exits: STEERED,
    load,
  };
}
