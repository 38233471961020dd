import { Cron } from 'croner';
import { cronLines } from './cron.ts';

/**
 * The next times at which a schedule is due, as Temporal will have it: a local time that a change of the clock leaves out is
 * left out, one that comes twice counts twice.
 */
export function nextRuns(
  { schedule, timezone = 'UTC' }: { readonly schedule: string; readonly timezone?: string },
  { from, count }: { readonly from: Date; readonly count: number },
): readonly Date[] {
  const times = cronLines(schedule).flatMap((line) =>
    new Cron(line, { timezone, domAndDow: true }).nextRuns(count, from).map((time) => time.getTime()),
  );
  return [...new Set(times)]
    .sort((a, b) => a - b)
    .slice(0, count)
    .map((time) => new Date(time));
}
