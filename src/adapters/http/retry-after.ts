/**
 * Milliseconds that a `Retry-After` header asks to wait, given in seconds or as a date; undefined when it can't be read.
 * A past date is 0.
 */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  // Only dates as HTTP writes them: Date.parse takes too much (`-5` is a year to it).
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - now);
}
