/**
 * Dynamic configuration of the development server. As it comes, its history queues poll 20 times a second and shard,
 * which makes three sequential activities take 350 ms; with these values they take about 50 ms (docs/decisions/0005).
 */
export const DEV_DYNAMIC_CONFIG: Readonly<Record<string, number | boolean | string>> = {
  'history.transferProcessorMaxPollRPS': 5_000,
  'history.timerProcessorMaxPollRPS': 5_000,
  'history.visibilityProcessorMaxPollRPS': 5_000,
  'history.transferProcessorMaxPollHostRPS': 20_000,
  'history.timerProcessorMaxPollHostRPS': 20_000,
  'history.visibilityProcessorMaxPollHostRPS': 20_000,
  // As it comes, timers are read a second ahead, and those set within that second fire up to 0.4 s late. A JSON string.
  'history.timerProcessorMaxTimeShift': '"5ms"',
  'system.enableActivityEagerExecution': true,
  'system.enableEagerWorkflowStart': true,
  // Events, callbacks and decisions are updates: a burst must queue in the workflow, not be refused.
  'history.maxInFlightUpdates': 200,
  'history.maxTotalUpdates': 20_000,
  // One namespace, one user: the production limits only slow a burst down.
  'frontend.namespaceRPS': 20_000,
  'frontend.namespaceRPS.visibility': 1_000,
  'frontend.rps': 20_000,
  'frontend.namespaceCount': 10_000,
};

/** With SQLite's own defaults each commit waits for the disk and the same calls take 90 ms. A crash of a process loses nothing with these. */
export const DEV_SQLITE_PRAGMAS: Readonly<Record<string, string>> = { journal_mode: 'wal', synchronous: 'normal' };
