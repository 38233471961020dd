import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Json } from '../dsl/ir/json.ts';
import { usageError } from './cli-error.ts';
import type { CliIo } from './io.ts';
import { readStdin } from './files/read-stdin.ts';

/**
 * Reads JSON from a command line: the text itself, `@file` or `-` for standard input.
 * Throws a usage error that names `option` when it can't be read or isn't JSON.
 */
export async function readJsonArgument(io: CliIo, argument: string, option: string): Promise<Json> {
  const text = await textOf(io, argument, option);
  try {
    return JSON.parse(text) as Json; // JSON.parse gives JSON and nothing else
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(
      `${option} is not JSON: ${reason}`,
      `Quote it for the shell, as in ${option} '{"name": "value"}', or put it in a file: ${option} @input.json`,
    );
  }
}

async function textOf(io: CliIo, argument: string, option: string): Promise<string> {
  if (argument === '-') return (await readStdin(io)).toString('utf8');
  if (!argument.startsWith('@')) return argument;
  const path = resolve(io.cwd, argument.slice(1));
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError(`${option}: can't read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
}
