// The compiler's public face: compile(source, environment) → diagnostics and, when none is an error, the IR.
export { compile, type CompileResult } from './compile.ts';
export type { CatalogueAction, CompileEnvironment } from './compile-environment.ts';
export type { Diagnostic } from './diagnostics/diagnostic.ts';
