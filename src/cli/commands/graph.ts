import { flowGraph, mermaid } from '../../dsl/graph.ts';
import type { CommandFunction } from '../command.ts';
import { compileFile } from '../compile-file.ts';
import { EXIT_CODES } from '../exit-codes.ts';

/** Prints a flow as a Mermaid flowchart, or its nodes and edges as JSON. */
export const graph: CommandFunction = async (context) => {
  const { ir } = await compileFile(context, context.args[0] ?? '-');
  const drawn = flowGraph(ir);
  if (context.options.text('format') === 'json') context.terminal.json(drawn);
  else context.io.stdout.write(mermaid(drawn));
  return EXIT_CODES.ok;
};
