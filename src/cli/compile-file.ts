import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { compile } from '../dsl/index.ts';
import type { FlowIr } from '../dsl/ir/index.ts';
import { CliError, usageError } from './cli-error.ts';
import type { CommandContext } from './command.ts';
import { textReport } from './diagnostics/text.ts';
import { readStdin } from './files/read-stdin.ts';
import { shownPath } from './files/shown-path.ts';
import { EnvironmentLoader } from './load-environment.ts';

export interface CompiledFile {
  readonly ir: FlowIr;
  readonly source: string;
  /** Absolute; null for standard input. */
  readonly path: string | null;
}

/** Compiles one flow (`-` for standard input). Prints its diagnostics to standard error and throws a CliError when one is an error. */
export async function compileFile({ io, terminal, options }: CommandContext, file: string): Promise<CompiledFile> {
  const path = file === '-' ? null : resolve(io.cwd, file);
  const bytes =
    path === null
      ? await readStdin(io)
      : await readFile(path).catch((error: unknown) => {
          throw usageError(`Can't read ${file}: ${error instanceof Error ? error.message : String(error)}`);
        });
  const environments = new EnvironmentLoader({ cwd: io.cwd, adapters: options.text('adapters') });
  const environment = await environments.forFolder(path === null ? io.cwd : dirname(path));
  const { ir, diagnostics } = compile(bytes, environment);
  const source = bytes.toString('utf8');
  if (diagnostics.length > 0) {
    const name = path === null ? '<stdin>' : shownPath(io.cwd, path);
    terminal.note(textReport([{ file: name, source, diagnostics }], terminal.style));
  }
  if (ir === undefined) throw new CliError(`${file} has errors.`);
  return { ir, source, path };
}
