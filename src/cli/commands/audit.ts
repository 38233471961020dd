import type { Json } from '../../dsl/ir/json.ts';
import { Fields } from '../answer-fields.ts';
import { clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { sinceInstant } from '../since-instant.ts';
import type { Style } from '../terminal.ts';
import { textTable } from '../text-table.ts';

const MAX_PAGE = 200;

/** Lists audit records, newest first. */
export const audit: CommandFunction = async (context) => {
  const { options, terminal } = context;
  const records = await list(context);
  if (options.flag('json')) terminal.json(records.map(({ json }) => json));
  else if (records.length === 0) terminal.note('No audit records.');
  else terminal.out(auditTable(records, context));
  return EXIT_CODES.ok;
};

/** `--since` and `--until` as the API takes them; null when left out. */
export function timeRange({ options }: CommandContext): {
  readonly since: string | null;
  readonly until: string | null;
} {
  const instant = (name: string): string | null => {
    const text = options.text(name);
    return text === null ? null : sinceInstant(text, Date.now());
  };
  return { since: instant('since'), until: instant('until') };
}

/** Goes through the pages until there are as many as asked for. */
async function list(context: CommandContext): Promise<readonly Fields[]> {
  const { options } = context;
  const limit = options.count('limit', 1) ?? MAX_PAGE;
  const query = {
    action: options.text('action'),
    actor: options.text('actor'),
    subject_type: options.text('type'),
    subject: options.text('subject'),
    ...timeRange(context),
  };
  const client = clientFor(context);
  const records: Fields[] = [];
  let cursor: string | null = null;
  do {
    const { body } = await client.get('/audit', {
      query: { ...query, limit: Math.min(limit - records.length, MAX_PAGE), cursor },
    });
    const page: Fields = new Fields(body);
    records.push(...page.list('items'));
    cursor = page.show('next') || null;
  } while (cursor !== null && records.length < limit);
  return records;
}

const COLOURS: Readonly<Record<string, (style: Style) => (text: string) => string>> = {
  failure: (style) => style.red,
  denied: (style) => style.red,
  unknown: (style) => style.yellow,
  intended: (style) => style.dim,
};

function auditTable(records: readonly Fields[], { terminal }: CommandContext): string {
  const rows = records.map((record) => {
    const body = new Fields(record.json['body']);
    return {
      seq: record.show('seq'),
      body,
      actor: new Fields(body.json['actor']),
      subject: new Fields(body.json['subject']),
    };
  });
  return textTable(
    rows,
    [
      { title: 'SEQ', text: ({ seq }) => seq, keep: true },
      { title: 'TIME', text: ({ body }) => body.text('at'), keep: true },
      { title: 'ACTOR', text: ({ actor }) => actor.show('name') || actor.show('id') },
      { title: 'ACTION', text: ({ body }) => body.text('action'), keep: true },
      {
        title: 'OUTCOME',
        text: ({ body }) => body.text('outcome'),
        paint: ({ body }, style) => COLOURS[body.text('outcome')]?.(style) ?? style.green,
        keep: true,
      },
      { title: 'SUBJECT', text: ({ subject }) => `${subject.text('type')} ${subject.text('id')}` },
      { title: 'DETAILS', text: ({ body }) => detailsText(body.json['details'] ?? {}) },
    ],
    terminal,
  );
}

/** `version 1.2.0, environment prod`. */
function detailsText(details: Json): string {
  if (details === null || typeof details !== 'object') return '';
  return Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
