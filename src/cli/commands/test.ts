import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  coverageLcov,
  coverageText,
  type FileResult,
  isGood,
  junitXml,
  mergeCoverage,
  runTestFile,
  testReport,
} from '../../testing/index.ts';
import { usageError } from '../cli-error.ts';
import type { CommandContext, CommandFunction } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { expandFiles } from '../files/expand-files.ts';
import { isTestFile } from '../files/flow-files.ts';
import { shownPath } from '../files/shown-path.ts';
import { EnvironmentLoader } from '../load-environment.ts';
import { FlowLoader } from '../load-flow-under-test.ts';

/** Runs flow tests, all in this process, and reports. */
export const test: CommandFunction = async (context) => {
  const { io, args, options, terminal } = context;
  const filter = options.text('filter');
  const environments = new EnvironmentLoader({ cwd: io.cwd, adapters: options.text('adapters') });
  const loader = new FlowLoader({ cwd: io.cwd, environments });
  const results: FileResult[] = [];
  for (const path of await testFiles(context)) {
    results.push(
      await runTestFile({
        path: shownPath(io.cwd, path),
        source: await readFile(path),
        loadFlow: (flow) => loader.load(path, flow),
        ...(filter === null ? {} : { filter: (name: string) => name.includes(filter) }),
      }),
    );
  }
  // A file that has none of the chosen cases says nothing, unless it is faulty.
  const told = filter === null ? results : results.filter((result) => result.cases.length > 0 || !isGood(result));
  if (told.length === 0)
    throw usageError(`No case's name contains "${filter ?? ''}" in ${args.join(', ') || 'the working folder'}.`);
  await report(context, told);
  if (!options.flag('json')) {
    terminal.out(testReport(told, { good: terminal.style.green, bad: terminal.style.red, quiet: terminal.style.dim }));
    if (options.flag('coverage')) terminal.out(`\n${coverageText(coverageOf(told))}`);
  }
  return told.every(isGood) ? EXIT_CODES.ok : EXIT_CODES.failed;
};

async function testFiles({ io, args }: CommandContext): Promise<readonly string[]> {
  const patterns = args.length === 0 ? ['.'] : args;
  const found = await expandFiles({ cwd: io.cwd, patterns, wanted: isTestFile });
  const stranger = found.find((file) => file.named && !isTestFile(file.path));
  if (stranger) {
    throw usageError(
      `${shownPath(io.cwd, stranger.path)} is no flow test.`,
      'Flow tests are files named *.test.yaml. A flow is checked with: weir validate',
    );
  }
  const paths = found.map((file) => file.path).filter(isTestFile);
  if (paths.length > 0) return paths;
  throw usageError(
    `No flow tests in ${args.length === 0 ? io.cwd : args.join(', ')}.`,
    'Put a file named *.test.yaml beside the flow.',
  );
}

async function report({ io, options, terminal }: CommandContext, results: readonly FileResult[]): Promise<void> {
  const junit = options.text('junit');
  const lcov = options.text('lcov');
  if (junit !== null) await writeFile(resolve(io.cwd, junit), junitXml(results));
  if (lcov !== null) await writeFile(resolve(io.cwd, lcov), coverageLcov(coverageOf(results)));
  if (!options.flag('json')) return;
  const coverage = options.flag('coverage') ? { coverage: mergeCoverage(coverageOf(results)) } : {};
  terminal.json({ ok: results.every(isGood), files: results.map(fileJson), ...coverage });
}

function coverageOf(results: readonly FileResult[]): readonly NonNullable<FileResult['coverage']>[] {
  return results.flatMap((result) => result.coverage ?? []);
}

function fileJson({ path, flow, diagnostics, cases }: FileResult): object {
  return {
    path,
    flow,
    diagnostics,
    cases: cases.map(({ elapsedMs, tookMs, visits, ...one }) => ({
      ...one,
      elapsed_ms: elapsedMs,
      took_ms: tookMs,
      visits: Object.fromEntries(visits),
    })),
  };
}
