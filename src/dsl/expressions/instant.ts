const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:\d\d))?$/;

/**
 * An instant in ms since the epoch from RFC 3339 (`2026-01-31T09:00:00Z`, `…+02:00`) or a date (its midnight, UTC).
 * null if the text is none, or the day does not exist. Strict, because `Date.parse` differs between engines.
 */
export function parseInstant(text: string): number | null {
  const parts = RFC3339.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((index) => Number(parts[index] ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return null;
  const offset = offsetMinutes(parts[8] ?? 'Z');
  if (offset === null) return null;
  const millis = Math.trunc(Number(`0.${parts[7] ?? '0'}`) * 1000);
  return midnight.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + millis;
}

/** RFC 3339 in UTC, with milliseconds when there are any: `2026-01-31T09:00:00Z`. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** Minutes east of UTC for `Z`, `UTC` or `+02:00`; null for anything else (zone names depend on the host’s tables). */
export function offsetMinutes(zone: string): number | null {
  if (zone === 'Z' || zone === 'z' || zone === 'UTC') return 0;
  const parts = /^([+-])(\d\d):(\d\d)$/.exec(zone);
  if (parts === null || Number(parts[2]) > 23 || Number(parts[3]) > 59) return null;
  const minutes = Number(parts[2]) * 60 + Number(parts[3]);
  return parts[1] === '-' ? -minutes : minutes;
}
