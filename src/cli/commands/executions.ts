import type { ExecutionSummary, ExecutionView } from '../../executions/view.ts';
import { clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { executionTable, executionText } from '../execution-text.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { sinceInstant } from '../since-instant.ts';

const MAX_PAGE = 100;

/** Lists executions, newest first, or shows one. */
export const executions: CommandFunction = async (context) => {
  const { args, options, terminal } = context;
  const [id] = args;
  if (id === undefined) {
    const items = await list(context);
    if (options.flag('json')) terminal.json(items);
    else if (items.length === 0) terminal.note('No executions.');
    else terminal.out(executionTable(items, terminal));
    return EXIT_CODES.ok;
  }
  const { body } = await clientFor(context).get(`/executions/${encodeURIComponent(id)}`);
  if (options.flag('json')) terminal.json(body);
  else terminal.out(executionText(body as unknown as ExecutionView, terminal)); // the API's contract
  return EXIT_CODES.ok;
};

/** Goes through the pages until there are as many as asked for. */
async function list(context: CommandContext): Promise<readonly ExecutionSummary[]> {
  const { options } = context;
  const client = clientFor(context);
  const limit = options.count('limit', 1) ?? MAX_PAGE;
  const since = options.text('since');
  const query = {
    flow: options.text('flow'),
    status: options.text('status'),
    since: since === null ? null : sinceInstant(since, Date.now()),
  };
  const items: ExecutionSummary[] = [];
  let cursor: string | null = null;
  do {
    const { body } = await client.get('/executions', {
      query: { ...query, limit: Math.min(limit - items.length, MAX_PAGE), cursor },
    });
    const page = body as unknown as { items: readonly ExecutionSummary[]; next?: string | null }; // the API's contract
    items.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor !== null && items.length < limit);
  return items.slice(0, limit);
}
