import type { StepOf } from '../check/model.ts';
import type { StepBase, StepIr, StepKind } from '../ir/index.ts';
import type { LowerContext } from './context.ts';

/** What a kind adds to the common part of its steps, defaults filled in. */
export type KindPart<K extends StepKind> = Omit<Extract<StepIr, { kind: K }>, keyof StepBase | 'kind'>;

/** Lowers one kind of step: one of these for each, in the file of the kind's name. */
export type StepLower<K extends StepKind> = (step: StepOf<K>, context: LowerContext) => KindPart<K>;
