import { Fields } from '../answer-fields.ts';
import { clientFor } from '../client.ts';
import type { CommandFunction } from '../command.ts';
import { versionsText } from '../deployment-text.ts';
import { durationText } from '../duration-text.ts';
import { listAll } from '../list-all.ts';
import { column, showList } from '../show-list.ts';
import type { Column } from '../text-table.ts';

const RUNS: Column<Fields> = { title: 'RUNS', text: versionsText };
const CURRENT = [
  column('FLOW', 'flow', { keep: true }),
  column('ENVIRONMENT', 'environment', { keep: true }),
  RUNS,
  column('REVISION', 'revision'),
  column('SINCE', 'created_at', { keep: true }),
  column('BY', 'created_by_name'),
  column('COMMENT', 'comment'),
];
const HISTORY = [
  column('REVISION', 'revision', { keep: true }),
  RUNS,
  column('AS REVISION', 'rolled_back_to'),
  column('FROM', 'created_at', { keep: true }),
  column('BY', 'created_by_name'),
  column('COMMENT', 'comment'),
];

/** What runs where; for a flow in an environment also what ran before. */
export const deployments: CommandFunction = async (context) => {
  const { args, options } = context;
  const [flow] = args;
  const environment = options.text('env');
  const client = clientFor(context);
  const limit = options.count('limit', 1) ?? 50;
  if (flow === undefined || environment === null) {
    const items = await listAll(client, '/deployments', { limit, query: { flow: flow ?? null, environment } });
    return showList(context, {
      items,
      columns: CURRENT,
      none: 'Nothing is deployed. Deploy with: weir deploy FLOW --env ENV',
    });
  }
  const path = `/flows/${encodeURIComponent(flow)}/deployments/${encodeURIComponent(environment)}`;
  const items = await listAll(client, path, { limit });
  return showList(context, { items, columns: HISTORY, none: `${flow} was never deployed in ${environment}.` });
};

/** How executions of each version went. */
export const outcomes: CommandFunction = async (context) => {
  const { args, options } = context;
  const { body } = await clientFor(context).get(`/flows/${encodeURIComponent(args[0] ?? '')}/outcomes`, {
    query: { environment: options.text('env'), since: options.text('since') },
  });
  const rate = (item: Fields): string => {
    const value = item.number('success_rate');
    return value === null ? '' : `${(value * 100).toFixed(1)} %`;
  };
  const took = (name: string) => (item: Fields) => {
    const ms = item.number(name);
    return ms === null ? '' : durationText(ms);
  };
  return showList(context, {
    items: new Fields(body).list('items'),
    columns: [
      column('VERSION', 'version', { keep: true }),
      column('EXECUTIONS', 'count'),
      column('COMPLETED', 'succeeded'),
      { title: 'SUCCESS', text: rate },
      { title: 'P50', text: took('p50_ms') },
      { title: 'P95', text: took('p95_ms') },
    ],
    none: 'No executions in that time.',
  });
};
