/**
 * Marks on a run's history, in events and bytes: from `advised` on the run continues as new when nothing is in flight;
 * from `must` new steps are held back for it; `critical` holds them back even while a sub-flow is waited for. Temporal
 * advises at 4,096 events or 4 MiB and ends a run at 51,200 or 50 MiB. Our count is lower, so that a replay stays short; our
 * bytes are higher, for a new run reads every result again, and count where the server gives no advice.
 */
const MARKS = [
  { mark: 'critical', events: 20_000, bytes: 24 * 2 ** 20 },
  { mark: 'must', events: 3_400, bytes: 12 * 2 ** 20 },
  { mark: 'advised', events: 2_500, bytes: 8 * 2 ** 20 },
] as const;

export function historyMark(history: {
  events: number;
  bytes: number;
  advised: boolean;
}): 'no' | 'advised' | 'must' | 'critical' {
  const over = MARKS.find((mark) => history.events >= mark.events || history.bytes >= mark.bytes);
  return over?.mark ?? (history.advised ? 'advised' : 'no');
}
