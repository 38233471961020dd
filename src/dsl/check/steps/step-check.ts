import type { StepKind } from '../../ir/index.ts';
import type { Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import type { Branch, StepModel, StepSettings, Value } from '../model.ts';

export type Used = Value | number | undefined;

/** What a kind of step tells about the order in which its values are used and its blocks run. */
export interface Walk {
  /** Values used at this point. Numbers are durations and counts known when compiled. */
  use(...values: readonly Used[]): void;
  block(steps: readonly StepModel[]): void;
  /** Blocks of which at most one runs; the values of each are used one after another until one is taken. */
  arms(arms: readonly { readonly use: readonly Used[]; readonly steps: readonly StepModel[] }[]): void;
  branches(branches: readonly Branch[]): void;
  loop(loop: {
    roots: readonly string[];
    steps: readonly StepModel[];
    before: readonly Used[];
    after: readonly Used[];
    concurrent: boolean;
  }): void;
  /** The step sets variables, ends the flow, passes `$error` on. */
  sets(): void;
  returns(): void;
  passesError(): void;
}

export interface StepPlace {
  /** Position of the step: `steps/0/then/1`. */
  readonly position: string;
  readonly id: string | null;
}

/** What checking needs to know of a kind of step: one of these for each, in the file of the kind's name. */
export interface StepCheck<K extends StepKind> {
  /** Names of the settings inside the keyword; used for hints. */
  readonly settings: readonly string[];
  /** Reads the value of the keyword. Undefined when nothing can be made of it, which is reported. */
  read(context: CheckContext, node: Node, place: StepPlace): StepSettings[K] | undefined;
  /** Goes through values and blocks in the order in which they run, for the check of references. */
  walk(settings: StepSettings[K], walk: Walk): void;
}
