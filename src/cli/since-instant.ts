import { usageError } from './cli-error.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30m`, `24h`, `7d` before `now` (ms since the epoch), or an instant, as RFC 3339. Throws a usage error for anything else. */
export function sinceInstant(text: string, now: number, option = '--since'): string {
  const ago = /^(\d+)([smhd])$/.exec(text);
  const unit = UNITS[ago?.[2] ?? ''];
  if (ago && unit !== undefined) return new Date(now - Number(ago[1]) * unit).toISOString();
  const instant = Date.parse(text);
  if (Number.isNaN(instant))
    throw usageError(
      `${option} takes a length of time or an instant, not "${text}".`,
      `As in ${option} 30m, ${option} 7d or ${option} 2026-01-31T12:00:00Z`,
    );
  return new Date(instant).toISOString();
}
