import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import type { Json } from '../dsl/ir/json.ts';
import type { StepKind } from '../dsl/ir/step.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';

/** One thing that is not as expected. */
export interface Failure {
  /** Which expectation: `status`, `output`, `calls`, …; `mock` for a call without one, `run` for anything that stopped it. */
  readonly what: 'status' | 'output' | 'output_exact' | 'calls' | 'error' | 'elapsed' | 'mock' | 'run' | 'input';
  readonly message: string;
  /** Line in the test file. */
  readonly line: number;
  readonly expected?: Json;
  readonly actual?: Json;
}

export interface CaseResult {
  readonly name: string;
  readonly line: number;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped. */
  readonly reason?: string;
  readonly failures: readonly Failure[];
  /** How the execution ended; null if it was not run to its end. */
  readonly status: ExecutionStatus | null;
  /** Virtual time of the execution. */
  readonly elapsedMs: number;
  /** Real time of the case. */
  readonly tookMs: number;
  /** Calls in the order in which they began; repeats of a retry have `attempt` over 1. */
  readonly calls: readonly {
    readonly call: string;
    readonly step: string;
    readonly attempt: number;
    readonly params: Json;
  }[];
  /** How often each step began, by its key. */
  readonly visits: ReadonlyMap<string, number>;
}

export interface FileResult {
  /** As given. */
  readonly path: string;
  /** Path of the flow, as the test file gives it; null if that can't be read. */
  readonly flow: string | null;
  /** Problems of the test file itself. With an error no case is run. */
  readonly diagnostics: readonly Diagnostic[];
  readonly cases: readonly CaseResult[];
  /** null without a flow. */
  readonly coverage: Coverage | null;
}

/** Which steps of a flow ran. */
export interface Coverage {
  readonly flow: string;
  readonly path: string;
  readonly steps: readonly {
    readonly key: string;
    readonly line: number;
    readonly kind: StepKind;
    readonly visits: number;
  }[];
}

/** True when nothing failed: no error in the file, no failed case. */
export function isGood(result: FileResult): boolean {
  return (
    result.diagnostics.every(({ severity }) => severity !== 'error') &&
    result.cases.every(({ outcome }) => outcome !== 'failed')
  );
}
