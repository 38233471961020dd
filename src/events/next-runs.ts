import { cronLines } from './cron.ts';

/** A day that comes at all comes in this time: 29 February on a given weekday takes 40 years where a leap year is left out. */
const MAX_DAYS = 41 * 366;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The next times at which a schedule is due, reckoned as Temporal's server does (tests compare): a local time that is left out when
 * clocks go forward is left out. Only in the hour that comes twice when they go back it may differ: here it counts once, the server
 * may run it in both, and alone knows.
 */
export function nextRuns(
  { schedule, timezone = 'UTC' }: { readonly schedule: string; readonly timezone?: string },
  { from, count }: { readonly from: Date; readonly count: number },
): readonly Date[] {
  const offsetAt = offsets(timezone);
  const times = cronLines(schedule).flatMap((line) => timesOf(line, { from: from.getTime(), count, offsetAt }));
  return [...new Set(times)]
    .sort((a, b) => a - b)
    .slice(0, count)
    .map((time) => new Date(time));
}

interface Search {
  readonly from: number;
  readonly count: number;
  readonly offsetAt: (at: number) => number;
}

function timesOf(line: string, { from, count, offsetAt }: Search): readonly number[] {
  const [minutes, hours, days, months, weekdays] = line.split(' ').map(valuesOf);
  if (!minutes || !hours || !days || !months || !weekdays) throw new Error('a cron line has five fields');
  const found: number[] = [];
  const start = Math.floor((from + offsetAt(from)) / DAY_MS) * DAY_MS;
  for (let day = start; day < start + MAX_DAYS * DAY_MS && found.length < count; day += DAY_MS) {
    // Local dates are reckoned as if they were UTC.
    const date = new Date(day);
    if (!months(date.getUTCMonth() + 1) || !days(date.getUTCDate()) || !weekdays(date.getUTCDay())) continue;
    for (let minute = 0; minute < 24 * 60 && found.length < count; minute++) {
      if (!hours(Math.floor(minute / 60)) || !minutes(minute % 60)) continue;
      const time = instantOf(day + minute * MINUTE_MS, offsetAt);
      if (time !== null && time > from) found.push(time);
    }
  }
  return found;
}

function valuesOf(field: string): (value: number) => boolean {
  if (field === '*') return () => true;
  const values = new Set(field.split(',').map(Number));
  return (value) => values.has(value);
}

/**
 * The instant of a local time; null where there is none. Of the two that a local time may have it is the one that Go's time.Date
 * gives, which is what the server reckons with: https://cs.opensource.google/go/go/+/master:src/time/time.go (Date).
 */
function instantOf(local: number, offsetAt: (at: number) => number): number | null {
  const guess = local - offsetAt(local);
  const time = local - offsetAt(guess);
  return time + offsetAt(time) === local ? time : null;
}

/** What a zone is ahead of UTC at an instant, ms. */
function offsets(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
  return (at) => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes, seconds = '0'] = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name) ?? [];
    if (sign === undefined) return 0;
    const size = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS + Number(seconds) * 1_000;
    return sign === '-' ? -size : size;
  };
}
