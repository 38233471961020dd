import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { flowSchema } from '../../dsl/schema/flow-schema.ts';
import type { CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';

/** Prints the JSON Schema of the flow language, or writes it to a file. */
export const schema: CommandFunction = async ({ io, options, terminal }) => {
  const out = options.text('out');
  if (out === null) terminal.json(flowSchema());
  else {
    const path = resolve(io.cwd, out);
    await writeFile(path, `${JSON.stringify(flowSchema(), null, 2)}\n`);
    terminal.note(`Wrote ${path}`);
    terminal.note(`In a flow's first line: # yaml-language-server: $schema=${out}`);
  }
  return EXIT_CODES.ok;
};
