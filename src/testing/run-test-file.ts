import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import type { StepIr } from '../dsl/ir/step.ts';
import { stepsByKey } from '../workflows/interpreter/static-tree.ts';
import { measureCoverage } from './coverage.ts';
import { stepKey } from './mock-book.ts';
import { parseTestFile } from './parse-test-file.ts';
import type { CaseResult, FileResult } from './result.ts';
import { type FlowUnderTest, runCase } from './run-case.ts';
import type { TestFile } from './test-file.ts';
import { TEST_CODES, type TestCode } from './test-codes.ts';

export interface RunTestFileOptions {
  /** For reports. */
  readonly path: string;
  readonly source: string | Uint8Array;
  /** Compiles the flow that the file names (relative to the file), with its sub-flows. A string says why it can't be used. */
  readonly loadFlow: (path: string) => Promise<(FlowUnderTest & { readonly path: string }) | string>;
  /** Only cases for which this is true. */
  readonly filter?: (name: string) => boolean;
}

/** Reads a test file and runs its cases, one after the other. Never rejects unless `loadFlow` does. */
export async function runTestFile(options: RunTestFileOptions): Promise<FileResult> {
  const { file, diagnostics } = parseTestFile(options.source);
  const result = { path: options.path, flow: file?.flow ?? null, diagnostics, cases: [], coverage: null };
  if (file === null) return result;
  const under = await options.loadFlow(file.flow);
  if (typeof under === 'string')
    return {
      ...result,
      diagnostics: [...diagnostics, fileProblem('WEIR9005', `The flow ${file.flow} can’t be used: ${under}`)],
    };
  const cases: CaseResult[] = [];
  for (const test of file.cases) if (options.filter?.(test.name) !== false) cases.push(await runCase(test, under));
  return {
    ...result,
    diagnostics: [...diagnostics, ...strayMocks(file, under)],
    cases,
    coverage: measureCoverage(under.flow, under.path, cases),
  };
}

/** Mocks by the name of a step that is in none of the flows, or by an action that none calls: most often a slip. */
function strayMocks(file: TestFile, { flow, flows }: FlowUnderTest): Diagnostic[] {
  const all = [flow, ...Object.values(flows)].flatMap((one) => [...stepsByKey(one).values()]);
  const keys = new Set(all.map(({ key }) => key));
  const actions = new Set(all.flatMap(actionsOf));
  // An adapter that is computed can be any.
  if (actions.has('*')) return [];
  const names = new Set(file.cases.flatMap(({ mocks }) => [...mocks.keys()]));
  return [...names]
    .filter((name) => !keys.has(name) && !keys.has(stepKey(name)) && !actions.has(name))
    .map((name) =>
      fileProblem('WEIR9006', `The mock \`${name}\` is never used: the flow has no such step and no such call.`),
    );
}

function actionsOf(step: StepIr): string[] {
  if (step.kind === 'script') return [`script.${step.runtime}`];
  if (step.kind !== 'call') return [];
  return step.targets.map(({ adapter, action }) =>
    adapter.v === 'lit' && typeof adapter.value === 'string' ? `${adapter.value}.${action}` : '*',
  );
}

function fileProblem(code: TestCode, message: string): Diagnostic {
  return {
    code,
    severity: TEST_CODES[code].severity,
    message,
    path: '',
    line: 1,
    column: 1,
    end_line: 1,
    end_column: 2,
  };
}
