// The bundle's entry. The default export runs every flow; the only other workflow is the concurrency coordinator,
// whose name no flow can have (flow names have no capitals).
export { runFlow as default } from './run-flow.ts';
export { weirConcurrency } from './concurrency.ts';
