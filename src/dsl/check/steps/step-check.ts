import type { StepKind } from '../../ir/index.ts';
import type { Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import type { StepSettings } from '../model.ts';
import type { Walk } from '../references/walk.ts';

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
