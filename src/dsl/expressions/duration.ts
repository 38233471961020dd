const SECOND = 1_000;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3_600 * SECOND,
  d: 86_400 * SECOND,
  w: 604_800 * SECOND,
};
const ORDER = ['w', 'd', 'h', 'm', 's', 'ms'];
const SHORT = /(\d+(?:\.\d+)?)(ms|[smhdw])/y;
const ISO = /^P(?:(\d+)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * A length of time in whole milliseconds: `5m`, `1h30m`, `500ms`, `1.5s`, `2d`, `1w`, largest unit first, or ISO 8601
 * (`PT5M`, `P1DT2H`). null if the text is none: a bare number, a negative one, ISO years and months, which have no fixed length.
 */
export function parseDuration(text: string): number | null {
  if (text.length === 0 || text.length > 64) return null;
  const ms = text.startsWith('P') ? parseIso(text) : parseShort(text);
  return ms === null || !Number.isSafeInteger(ms) ? null : ms;
}

/** The text for a duration that an expression gives: `90s`, `1.5s`, `-2s`, as Protobuf’s JSON has it. */
export function formatDuration(ms: number): string {
  return `${Math.round(ms) / SECOND}s`;
}

function parseShort(text: string): number | null {
  let ms = 0;
  let pos = 0;
  let last = -1;
  while (pos < text.length) {
    SHORT.lastIndex = pos;
    const part = SHORT.exec(text);
    const unit = part?.[2];
    if (part === null || unit === undefined) return null;
    const order = ORDER.indexOf(unit);
    if (order <= last) return null;
    last = order;
    ms += Number(part[1]) * (UNITS[unit] ?? 0);
    pos += part[0].length;
  }
  return Math.round(ms);
}

function parseIso(text: string): number | null {
  const parts = ISO.exec(text);
  if (parts === null || text.endsWith('T') || text === 'P') return null;
  const factors = ['w', 'd', 'h', 'm', 's'];
  let ms = 0;
  for (const [index, unit] of factors.entries()) ms += Number(parts[index + 1] ?? 0) * (UNITS[unit] ?? 0);
  return Math.round(ms);
}
