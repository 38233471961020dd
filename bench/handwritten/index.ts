// The bundle of the benchmark's worker: Weir's own workflow, and beside it workflows as one would write them by hand for
// the same calls. Their names are no flow names, so that they can't be confused.
export { runFlow as default } from '../../src/workflows/run-flow.ts';
export { weirConcurrency } from '../../src/workflows/concurrency.ts';
export { hand_calls } from './calls.ts';
export { hand_local_calls } from './local-calls.ts';
