import type { ExecutionSummary, ExecutionView } from '../../executions/view.ts';
import { clientFor } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { executionTable, executionText } from '../execution-text.ts';
import { executionFilter } from '../execution-filter.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { listAll } from '../list-all.ts';

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

async function list(context: CommandContext): Promise<readonly ExecutionSummary[]> {
  const { options } = context;
  const query = {
    ...executionFilter(options, Date.now()),
    archived: options.flag('archived') ? 'only' : null,
  };
  const limit = options.count('limit', 1) ?? MAX_PAGE;
  const items = await listAll(clientFor(context), '/executions', { limit, query });
  return items.map((item) => item.json as unknown as ExecutionSummary); // the API's contract
}
