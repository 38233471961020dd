import { check } from './check/check.ts';
import { type CompileEnvironment, DEFAULT_LIMITS } from './compile-environment.ts';
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import { createReporter } from './diagnostics/reporter.ts';
import type { FlowIr } from './ir/index.ts';
import { lower } from './lower/lower.ts';
import { byteLength, decode } from './parse/decode.ts';
import { parse } from './parse/parse.ts';

export interface CompileResult {
  /** Absent when a diagnostic is an error. */
  readonly ir?: FlowIr;
  readonly diagnostics: readonly Diagnostic[];
  /** True when the source is over the byte limit (HTTP 413). */
  readonly tooLarge?: true;
}

/** Compiles one flow. Pure; never throws for what an author wrote. `source` is YAML or JSON, as text or raw bytes (checked to be UTF-8). */
export function compile(source: string | Uint8Array, environment: CompileEnvironment): CompileResult {
  const limits = { ...DEFAULT_LIMITS, ...environment.limits };
  const start = { start: 0, end: 1 };
  if (byteLength(source) > limits.maxBytes) {
    const reporter = createReporter('');
    reporter.span('WEIR0001', start, `The source is larger than ${Math.floor(limits.maxBytes / 1024)} KiB.`);
    return { diagnostics: reporter.diagnostics(), tooLarge: true };
  }
  const text = decode(source);
  const reporter = createReporter(text ?? '');
  if (text === null) {
    reporter.span('WEIR0002', start, 'The source is not UTF-8 text.');
    return { diagnostics: reporter.diagnostics() };
  }
  const root = parse(text, limits, reporter);
  const flow = root === undefined ? undefined : check(root, { reporter, environment, limits });
  const diagnostics = reporter.diagnostics();
  if (diagnostics.length === 0 && root === undefined) {
    reporter.span('WEIR1003', start, 'The document is empty: a flow needs `flow` and `steps`.');
    return { diagnostics: reporter.diagnostics() };
  }
  if (flow === undefined || diagnostics.some((diagnostic) => diagnostic.severity === 'error')) return { diagnostics };
  return { ir: lower(flow, reporter.lineOf), diagnostics };
}
