import type { CompileEnvironment } from './compile-environment.ts';
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import type { FlowIr } from './ir/index.ts';

export interface CompileResult {
  /** Absent when a diagnostic is an error. */
  readonly ir?: FlowIr;
  readonly diagnostics: readonly Diagnostic[];
  /** True when the source is over the byte limit (HTTP 413). */
  readonly tooLarge?: true;
}

/** Compiles one flow. Pure; never throws for what an author wrote. `source` is YAML or JSON, as text or raw bytes (checked to be UTF-8). */
export declare function compile(source: string | Uint8Array, environment: CompileEnvironment): CompileResult;
