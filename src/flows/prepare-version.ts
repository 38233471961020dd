import type { CompileEnvironment } from '../dsl/compile-environment.ts';
import type { CompileResult } from '../dsl/compile.ts';
import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import type { NewVersion } from './flow-rows.ts';
import type { FlowSource } from './flow-writer.ts';
import { lockAdapters } from './lock-adapters.ts';

export type Compile = (source: string, environment: CompileEnvironment) => CompileResult;

/** A source that was compiled, before it has a version. */
export interface PreparedFlow extends FlowSource {
  /** Absent when a diagnostic is an error. */
  readonly ir?: FlowIr;
  readonly diagnostics: readonly Diagnostic[];
  readonly tooLarge: boolean;
}

/** Longest category and tag: they stand in indexes. */
const MAX_LABEL = 200;

/** Compiles a source, and checks what storing asks for beyond the language. */
export function prepareFlow(compile: Compile, source: FlowSource, environment: CompileEnvironment): PreparedFlow {
  const { ir, diagnostics, tooLarge = false } = compile(source.source, environment);
  const faults = ir === undefined ? [] : unstorable(ir, source.source);
  return {
    ...source,
    ...(ir !== undefined && faults.length === 0 && { ir }),
    diagnostics: [...diagnostics, ...faults],
    tooLarge,
  };
}

/** The prepared flow as the version that it becomes. */
export function asVersion(
  { source, mediaType, diagnostics }: PreparedFlow,
  {
    ir,
    version,
    now,
    environment,
  }: {
    readonly ir: FlowIr;
    readonly version: string;
    readonly now: number;
    readonly environment: CompileEnvironment;
  },
): NewVersion {
  return {
    flow: {
      name: ir.name,
      version,
      hash: ir.hash,
      ir: { ...ir, version },
      source,
      mediaType,
      diagnostics: diagnostics.map(withoutFlows),
      createdAt: now,
    },
    adapters: lockAdapters(ir, environment.adapters),
  };
}

/** Hints about unknown flows name others: who may read this one need not be able to read those, and they change. */
function withoutFlows({ hint, ...diagnostic }: Diagnostic): Diagnostic {
  return hint === undefined || diagnostic.code === 'WEIR5008' ? diagnostic : { ...diagnostic, hint };
}

function unstorable(ir: FlowIr, source: string): readonly Diagnostic[] {
  const { category, tags } = ir;
  const faults: Diagnostic[] = [];
  const add = (path: string, message: string) =>
    faults.push({ code: 'WEIR1904', severity: 'error', message, path, line: 1, column: 1, end_line: 1, end_column: 1 });
  if (!isText(source) || !holdsText(ir))
    add('', "A text of the flow holds U+0000 or half a surrogate pair (`\\0`, `\\ud800`), which can't be stored.");
  if ((category?.length ?? 0) > MAX_LABEL) add('/category', `\`category\` has at most ${MAX_LABEL} characters.`);
  if (tags.some((tag) => tag.length > MAX_LABEL)) add('/tags', `A tag has at most ${MAX_LABEL} characters.`);
  return faults;
}

/** What PostgreSQL takes as text, and as text in JSON that it looks into. */
const isText = (text: string): boolean => !/[\0\p{Cs}]/u.test(text);

function holdsText(value: unknown): boolean {
  if (typeof value === 'string') return isText(value);
  if (value === null || typeof value !== 'object') return true;
  if (Array.isArray(value)) return value.every(holdsText);
  return Object.entries(value).every(([key, inner]) => isText(key) && holdsText(inner));
}
