import type { CommandDefinition, SubcommandDefinition } from '../command.ts';
import { JSON_OUT, LIMIT, SERVER } from './common-options.ts';

const ASKED = ['ok', 'failed', 'unreachable', 'unauthenticated', 'forbidden'] as const;
const ENTRY = { name: 'entry', kind: 'required', description: 'id of its entry in the log' } as const;

/** Commands about what starts flows. */
export const EVENT_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'events',
    group: 'Look',
    summary: 'List events that were received, with what became of them',
    args: [],
    options: [
      { flags: '--type <type>', description: 'only of this type' },
      { flags: '--source <source>', description: 'only from this source' },
      { flags: '--rejected', description: 'only those that could not start something' },
      LIMIT,
      SERVER,
      JSON_OUT,
    ],
    examples: [{ line: 'weir events --rejected', does: 'what did not get through' }],
    exits: ASKED,
    load: async () => (await import('../commands/events.ts')).events,
    subcommands: [
      {
        name: 'show',
        summary: 'Print one event as JSON',
        args: [ENTRY],
        options: [SERVER, JSON_OUT],
        examples: [{ line: 'weir events show 0192…', does: 'with headers and data' }],
        exits: ASKED,
        load: async () => (await import('../commands/events.ts')).showEvent,
      },
      {
        name: 'redeliver',
        summary: 'Deliver an event once more; what it has started is not started again',
        args: [ENTRY],
        options: [SERVER, JSON_OUT],
        examples: [{ line: 'weir events redeliver 0192…', does: 'after the flow was corrected' }],
        exits: ASKED,
        load: async () => (await import('../commands/events.ts')).redeliverEvent,
      },
      {
        name: 'send',
        summary: 'Send an event (CloudEvents 1.0) to all flows and executions that wait for it',
        args: [{ name: 'type', kind: 'required', description: 'its type, such as order.placed' }],
        options: [
          { flags: '-d, --data <json>', description: 'data: JSON, @file, or - for standard input' },
          { flags: '--source <source>', description: 'where it is from; /weir/cli when left out' },
          { flags: '--id <id>', description: 'the same source and id count once; a new one when left out' },
          SERVER,
          JSON_OUT,
        ],
        examples: [
          { line: `weir events send order.placed --data '{"order": 7}'`, does: 'starts the flows with this trigger' },
        ],
        exits: ASKED,
        load: async () => (await import('../commands/events.ts')).sendEvent,
      },
    ],
  },
  {
    name: 'schedules',
    group: 'Look',
    summary: 'List schedules of deployed flows',
    args: [],
    options: [
      { flags: '--flow <name>', description: 'only of this flow' },
      { flags: '--env <environment>', description: 'only in this environment' },
      LIMIT,
      SERVER,
      JSON_OUT,
    ],
    examples: [{ line: 'weir schedules --env prod', does: 'what is due when' }],
    exits: ASKED,
    load: async () => (await import('../commands/schedules.ts')).schedules,
    subcommands: [
      schedule('show', 'Print one schedule with its next times as JSON', 'showSchedule'),
      schedule('pause', 'Start nothing more of a schedule until it is resumed', 'pauseSchedule'),
      schedule('resume', 'Go on with a schedule, with what is due from now on', 'resumeSchedule'),
      schedule('trigger', 'Run a schedule now, by its overlap policy', 'triggerSchedule'),
    ],
  },
];

function schedule(
  name: string,
  summary: string,
  command: 'showSchedule' | 'pauseSchedule' | 'resumeSchedule' | 'triggerSchedule',
): SubcommandDefinition {
  return {
    name,
    summary,
    args: [{ name: 'id', kind: 'required', description: 'id of the schedule' }],
    options: [SERVER, JSON_OUT],
    examples: [{ line: `weir schedules ${name} weir-schedule:default:prod:report:0`, does: summary.toLowerCase() }],
    exits: ASKED,
    load: async () => (await import('../commands/schedules.ts'))[command],
  };
}
