import type { CompileEnvironment, CompileLimits } from '../compile-environment.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { Node } from '../parse/node.ts';
import type { NamedAction, StepModel } from './model.ts';

/** Reads steps inside steps. Handed over in the context, so that the kinds need not import the reader that imports them. */
export interface BlockReader {
  /** A list of steps; undefined when left out. `required` blocks hold at least one. */
  steps(node: Node | undefined, block: { position: string; what: string; required?: boolean }): StepModel[] | undefined;
  /** One step; undefined after a report. */
  step(node: Node, place: { position: string; branch: boolean }): StepModel | undefined;
}

/** What checking one flow carries along. The counters and tables are filled on the way. */
export interface CheckContext {
  readonly reporter: Reporter;
  readonly environment: CompileEnvironment;
  readonly limits: CompileLimits;
  readonly blocks: BlockReader;
  /** The flow's own `actions`, read before the steps. */
  readonly actions: Map<string, NamedAction>;
  /** Every id given, with the step it was given to first. */
  readonly ids: Map<string, { readonly node: Node; step?: StepModel }>;
  /** Names that loops give their items by `as`. */
  readonly itemNames: Map<string, Node>;
  /** Problems that stand only if their root turns out to be one, which is known once all steps are read. */
  readonly pending: { readonly root: string; readonly report: () => void }[];
  /** Steps so far, at every depth. */
  steps: number;
  /** Blocks of steps around the place being read. */
  depth: number;
}
