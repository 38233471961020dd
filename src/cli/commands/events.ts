import { randomUUID } from 'node:crypto';
import { Fields } from '../answer-fields.ts';
import { cleanText } from '../clean-text.ts';
import { clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { readJsonArgument } from '../json-argument.ts';
import { listAll } from '../list-all.ts';
import { column, showList } from '../show-list.ts';

/** What became of an event: `started 1, delivered 2, rejected 1`. */
function outcomeText(event: Fields): string {
  const parts = (['started', 'delivered', 'rejected'] as const).flatMap((name) => {
    const value = event.json[name];
    return Array.isArray(value) && value.length > 0 ? [`${name} ${value.length}`] : [];
  });
  const pending = event.flag('pending') || event.json['processed_at'] === null ? ['to be delivered'] : [];
  return [...parts, ...pending].join(', ') || 'nothing took it';
}

/** Lists what was received, with what became of it. */
export const events: CommandFunction = async (context) => {
  const { options } = context;
  const query = {
    type: options.text('type'),
    source: options.text('source'),
    rejected: options.flag('rejected') ? true : null,
  };
  return showList(context, {
    items: await listAll(clientFor(context), '/events', { limit: options.count('limit', 1) ?? 50, query }),
    columns: [
      column('ENTRY', 'entry', { keep: true }),
      column('RECEIVED', 'received_at', { keep: true }),
      column('KIND', 'kind'),
      column('TYPE', 'type'),
      column('SOURCE', 'source'),
      { title: 'OUTCOME', text: outcomeText },
    ],
    none: 'No events.',
  });
};

export const showEvent: CommandFunction = async (context) => {
  const { body } = await clientFor(context).get(`/events/${encodeURIComponent(context.args[0] ?? '')}`);
  context.terminal.json(new Fields(body).json);
  return EXIT_CODES.ok;
};

/** Delivers an event once more; what it has started is not started again. */
export const redeliverEvent: CommandFunction = async (context) => {
  const { body } = await clientFor(context).post(`/events/${encodeURIComponent(context.args[0] ?? '')}/redeliver`);
  return told(context, new Fields(body));
};

/** Sends one CloudEvent. */
export const sendEvent: CommandFunction = async (context) => {
  const { io, args, options } = context;
  const data = options.text('data');
  const event = {
    specversion: '1.0',
    id: options.text('id') ?? randomUUID(),
    source: options.text('source') ?? '/weir/cli',
    type: args[0],
    datacontenttype: 'application/json',
    data: data === null ? {} : await readJsonArgument(io, data, '--data'),
  };
  const { body } = await clientFor(context).post('/events', {
    body: JSON.stringify(event),
    contentType: 'application/cloudevents+json',
  });
  const [sent] = new Fields(body).list('items');
  return told(context, sent ?? new Fields({}));
};

function told({ options, terminal }: CommandContext, event: Fields): ExitCode {
  if (options.flag('json')) terminal.json(event.json);
  else {
    terminal.out(`${terminal.style.green('✓')} ${cleanText(event.show('id'))}: ${outcomeText(event)}`);
    for (const id of event.texts('started')) terminal.out(`  started ${cleanText(id)}`);
    const rejected = Array.isArray(event.json['rejected']) ? event.list('rejected') : [];
    for (const one of rejected)
      terminal.out(
        `  ${terminal.style.red('rejected')} ${cleanText(`${one.show('flow')}: ${one.show('code')} ${one.show('detail')}`)}`,
      );
  }
  return EXIT_CODES.ok;
}
