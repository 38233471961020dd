import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { flowSchema } from '../../dsl/schema/flow-schema.ts';
import { flowTestSchema } from '../../testing/index.ts';
import type { CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';

/** Prints the JSON Schema of the flow language or of flow tests, or writes it to a file. */
export const schema: CommandFunction = async ({ io, options, terminal }) => {
  const out = options.text('out');
  const content = options.flag('tests') ? flowTestSchema() : flowSchema();
  if (out === null) terminal.json(content);
  else {
    const path = resolve(io.cwd, out);
    await writeFile(path, `${JSON.stringify(content, null, 2)}\n`);
    terminal.note(`Wrote ${path}`);
    terminal.note(`In the first line of a file: # yaml-language-server: $schema=${out}`);
  }
  return EXIT_CODES.ok;
};
