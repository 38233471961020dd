import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../cli-error.ts';
import { clientFor, ConnectionLost } from '../client.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { timeRange } from './audit.ts';

/** Writes the audit log to standard output or a file, as it comes. */
export const auditExport: CommandFunction = async (context) => {
  const { io, options, terminal } = context;
  const query = { format: options.text('format') ?? 'jsonl', ...timeRange(context) };
  const out = options.text('out');
  const chunks = clientFor(context).text('/audit/export', { query });
  try {
    if (out === null) await print(chunks, context);
    else {
      const path = resolve(io.cwd, out);
      await writeWhole(path, chunks);
      terminal.note(`Wrote ${path}`);
      if (query.format === 'jsonl') terminal.note(`Verify it with: weir audit verify ${out}`);
    }
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    throw new CliError('The export broke off: it is not whole.', { exit: EXIT_CODES.unreachable, cause: error });
  }
  return EXIT_CODES.ok;
};

/** No faster than the reader takes it. */
async function print(chunks: AsyncIterable<string>, { io, terminal }: CommandContext): Promise<void> {
  const { stdout } = io;
  for await (const chunk of chunks) {
    terminal.raw(chunk);
    if (stdout instanceof Writable && stdout.writableNeedDrain) await once(stdout, 'drain');
  }
}

/** The file has its name only when it is whole. Others can't read it: it tells who did what. */
async function writeWhole(path: string, chunks: AsyncIterable<string>): Promise<void> {
  const part = `${path}.part`;
  try {
    await pipeline(chunks, createWriteStream(part, { mode: 0o600 }));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof Error && 'code' in error && 'syscall' in error)
      throw new CliError(`${path} can't be written: ${String(error.code)}.`, { exit: EXIT_CODES.usage, cause: error });
    throw error;
  }
}
