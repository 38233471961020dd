import type { FlowIr } from '../dsl/ir/flow.ts';
import { stepsByKey } from '../workflows/interpreter/static-tree.ts';
import type { CaseResult, Coverage } from './result.ts';

/** Which steps of the flow any of the cases began. Sub-flows are not counted: they have tests of their own. */
export function measureCoverage(flow: FlowIr, path: string, cases: readonly CaseResult[]): Coverage {
  const steps = [...stepsByKey(flow).values()].map(({ key, line, kind }) => ({
    key,
    line,
    kind,
    visits: cases.reduce((sum, { visits }) => sum + (visits.get(key) ?? 0), 0),
  }));
  return { flow: flow.name, path, steps };
}

/** One line a flow, and below it the steps that no case reached. */
export function coverageText(all: readonly Coverage[]): string {
  return mergeCoverage(all)
    .flatMap(({ flow, steps }) => {
      const missed = steps.filter(({ visits }) => visits === 0);
      const reached = steps.length - missed.length;
      const percent = steps.length === 0 ? 100 : Math.floor((reached / steps.length) * 1000) / 10;
      return [
        `${flow}: ${reached} of ${steps.length} steps, ${percent.toFixed(1)} %`,
        ...missed.map(({ key, line, kind }) => `  line ${line}: ${key} (${kind})`),
      ];
    })
    .join('\n');
}

/** The same as an LCOV tracefile, a line for each step; most coverage services read it. */
export function coverageLcov(all: readonly Coverage[]): string {
  return mergeCoverage(all)
    .map(({ path, steps }) => {
      const lines = new Map<number, number>();
      for (const { line, visits } of steps) lines.set(line, (lines.get(line) ?? 0) + visits);
      const sorted = [...lines].sort(([a], [b]) => a - b);
      const hit = sorted.filter(([, visits]) => visits > 0).length;
      return [
        'TN:',
        `SF:${path}`,
        ...sorted.map(([line, visits]) => `DA:${line},${visits}`),
        `LF:${sorted.length}`,
        `LH:${hit}`,
        'end_of_record',
      ].join('\n');
    })
    .map((record) => `${record}\n`)
    .join('');
}

/** Several test files may test one flow: their visits add up. */
export function mergeCoverage(all: readonly Coverage[]): Coverage[] {
  const byPath = new Map<string, Coverage>();
  for (const coverage of all) {
    const known = byPath.get(coverage.path);
    const steps = coverage.steps.map((step) => ({
      ...step,
      visits: step.visits + (known?.steps.find(({ key }) => key === step.key)?.visits ?? 0),
    }));
    byPath.set(coverage.path, { ...coverage, steps });
  }
  return [...byPath.values()];
}
