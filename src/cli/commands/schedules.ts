import { Fields } from '../answer-fields.ts';
import { clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { listAll } from '../list-all.ts';
import { column, showDone, showList } from '../show-list.ts';

const state = (item: Fields): string =>
  item.flag('paused') ? 'paused' : item.json['applied'] === false ? 'on its way to Temporal' : '';

/** Lists what is due when, of the flows that are deployed. */
export const schedules: CommandFunction = async (context) => {
  const { options } = context;
  const query = { flow: options.text('flow'), environment: options.text('env') };
  return showList(context, {
    items: await listAll(clientFor(context), '/schedules', { limit: options.count('limit', 1) ?? 50, query }),
    columns: [
      column('ID', 'id', { keep: true }),
      column('SCHEDULE', 'schedule', { keep: true }),
      column('TIME ZONE', 'timezone'),
      { title: 'STATE', text: state, paint: (_, style) => style.yellow },
      { title: 'NEXT', text: (item) => item.texts('next')[0] ?? '' },
      column('OVERLAP', 'overlap'),
    ],
    none: 'No schedules. Flows that have one get it when they are deployed.',
  });
};

export const showSchedule: CommandFunction = async (context) => {
  const { body } = await clientFor(context).get(pathOf(context));
  context.terminal.json(new Fields(body).json);
  return EXIT_CODES.ok;
};

/** Starts nothing more until it is resumed. */
export const pauseSchedule: CommandFunction = (context) =>
  operate(context, 'pause', 'is paused, over deployments too.');
/** Goes on with what is due from now on. */
export const resumeSchedule: CommandFunction = (context) =>
  operate(context, 'resume', 'goes on with what is due from now on.');
/** Runs it now, by its overlap policy. */
export const triggerSchedule: CommandFunction = (context) => operate(context, 'trigger', 'runs now.');

async function operate(context: CommandContext, verb: string, done: string): Promise<ExitCode> {
  const { body } = await clientFor(context).post(`${pathOf(context)}/${verb}`);
  const schedule = new Fields(body);
  return showDone(context, schedule, `${schedule.show('id')} ${done}`);
}

const pathOf = ({ args }: CommandContext): string => `/schedules/${encodeURIComponent(args[0] ?? '')}`;
