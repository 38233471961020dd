import type { HistoryEvent } from '../../executions/history.ts';

/** When an event was written, ms since the epoch. */
export function timeOf(event: HistoryEvent): number {
  return Number(event.eventTime?.seconds ?? 0) * 1000 + Math.floor((event.eventTime?.nanos ?? 0) / 1e6);
}
