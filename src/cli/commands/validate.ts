import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { compile } from '../../dsl/index.ts';
import { flowIdentity } from '../../flows/flow-identity.ts';
import { CliError, usageError } from '../cli-error.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { githubReport } from '../diagnostics/github.ts';
import { jsonReport } from '../diagnostics/json.ts';
import { type FileReport, totalsOf } from '../diagnostics/report.ts';
import { sarifReport } from '../diagnostics/sarif.ts';
import { textReport } from '../diagnostics/text.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { expandFiles } from '../files/expand-files.ts';
import { isFlowFile, isTestFile } from '../files/flow-files.ts';
import { shownPath } from '../files/shown-path.ts';
import { readStdin } from '../files/read-stdin.ts';
import { EnvironmentLoader } from '../load-environment.ts';
import type { Style } from '../terminal.ts';
import { VERSION } from '../version.ts';

const REPORTERS: Readonly<Record<string, (reports: readonly FileReport[], style: Style) => string>> = {
  text: textReport,
  json: jsonReport,
  github: githubReport,
  sarif: (reports) => sarifReport(reports, VERSION),
};

/** Compiles flows and prints what is wrong with them. */
export const validate: CommandFunction = async (context) => {
  const { options, terminal } = context;
  const report = REPORTERS[options.text('format') ?? 'text'];
  if (report === undefined) throw usageError(`Unknown format ${options.text('format')}.`);
  const environments = new EnvironmentLoader({ cwd: context.io.cwd, adapters: options.text('adapters') });
  const reports: FileReport[] = [];
  for (const file of await sources(context)) {
    const { diagnostics } = compile(file.bytes, await environments.forFolder(file.folder));
    reports.push({ file: file.name, source: file.bytes.toString('utf8'), diagnostics });
  }
  terminal.out(report(reports, terminal.style));
  const { errors, warnings } = totalsOf(reports);
  return errors > 0 || (options.flag('strict') && warnings > 0) ? EXIT_CODES.failed : EXIT_CODES.ok;
};

interface Source {
  readonly name: string;
  readonly folder: string;
  readonly bytes: Buffer;
}

async function sources({ io, args }: CommandContext): Promise<readonly Source[]> {
  const patterns = args.filter((arg) => arg !== '-');
  const found: Source[] = [];
  if (patterns.length < args.length) found.push({ name: '<stdin>', folder: io.cwd, bytes: await readStdin(io) });
  const files = args.length === 0 ? ['.'] : patterns;
  for (const file of await expandFiles({ cwd: io.cwd, patterns: files, wanted: isFlowFile })) {
    if (file.named && isTestFile(file.path))
      throw usageError(`${shownPath(io.cwd, file.path)} is a flow test.`, 'Run it with: weir test');
    const bytes = await readFile(file.path);
    if (file.named || (isFlowFile(file.path) && flowIdentity(bytes.toString('utf8')) !== null)) {
      found.push({ name: shownPath(io.cwd, file.path), folder: dirname(file.path), bytes });
    }
  }
  if (found.length > 0) return found;
  throw new CliError(`No flows in ${args.length === 0 ? io.cwd : args.join(', ')}.`, {
    exit: EXIT_CODES.usage,
    hint: 'A flow is a .yaml, .yml or .json file with a top-level `flow:` key. Name the files, or the folder they are in.',
  });
}
