import type { ErrorInfo } from '../activities/contract.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';
import type { ScriptedEvent } from '../workflows/host/run-virtual.ts';

/** A flow-test file (`*.test.yaml`, dsl.md, section 11), read and checked. */
export interface TestFile {
  /** Path of the flow, relative to the test file. */
  readonly flow: string;
  readonly cases: readonly TestCase[];
}

export interface TestCase {
  readonly name: string;
  /** 1-based line in the test file. */
  readonly line: number;
  /** Why it is not run; null: it is. */
  readonly skip: string | null;
  /** undefined: what the trigger gives, or else `{}`. */
  readonly input: Json | undefined;
  /** Parts of `$trigger`; the rest is filled in. */
  readonly trigger: JsonObject | null;
  readonly config: JsonObject;
  /** The case's own mocks, then the file's. */
  readonly mocks: MockTable;
  readonly events: readonly ScriptedEvent[];
  readonly expect: Expectation;
}

/** Answers by `adapter.action`, step id or step address; one for each attempt of a call, the last repeats. */
export type MockTable = ReadonlyMap<string, readonly Mock[]>;
export type Mock =
  | { readonly after: number; readonly result: Json }
  | { readonly after: number; readonly error: ErrorInfo & { readonly retryAfterMs?: number } };

export interface Expectation {
  readonly status: Extract<ExecutionStatus, 'completed' | 'failed' | 'cancelled' | 'timed_out' | 'waiting'>;
  /** A subset; undefined: any. */
  readonly output?: Json;
  readonly outputExact?: Json;
  readonly calls?: readonly ExpectedCall[];
  /** A subset of the error; its `message` is a part of the text. */
  readonly error?: JsonObject;
  /** Virtual time in ms, both ends included. */
  readonly elapsed?: { readonly min: number; readonly max: number; readonly text: string };
  /** Line of each expectation in the test file, by its key. */
  readonly lines: Readonly<Record<string, number>>;
}

export interface ExpectedCall {
  /** `adapter.action`, or the id or address of the step. */
  readonly call: string;
  /** A subset of the params. */
  readonly params?: Json;
}
