export type * from './flow.ts';
export type * from './json.ts';
export type * from './step.ts';
export { STEP_KINDS } from './step.ts';
export type * from './value.ts';
