// The bundle's entry. The default export runs every flow; the only other workflows are the concurrency coordinator and what
// schedules start, whose names no flow can have (flow names have no capitals).
export { runFlow as default } from './run-flow.ts';
export { weirConcurrency } from './concurrency.ts';
export { weirScheduledFlow } from './scheduled-flow.ts';
