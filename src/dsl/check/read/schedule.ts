const MACROS = new Set(['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually']);
const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const DAYS = 'sun|mon|tue|wed|thu|fri|sat';
const FIELDS: readonly { readonly min: number; readonly max: number; readonly names?: string }[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 7, names: DAYS },
];

/** Five cron fields (lists, ranges, steps, names of months and days), or a macro such as `@daily`. */
export function isCron(text: string): boolean {
  const trimmed = text.trim();
  if (MACROS.has(trimmed)) return true;
  const fields = trimmed.split(/\s+/);
  return fields.length === FIELDS.length && FIELDS.every((bounds, index) => isField(fields[index] ?? '', bounds));
}

function isField(field: string, bounds: { min: number; max: number; names?: string }): boolean {
  return field.split(',').every((part) => {
    const [range = '', step, more] = part.split('/');
    if (more !== undefined || (step !== undefined && !(/^\d+$/.test(step) && Number(step) > 0))) return false;
    if (range === '*' || range === '?') return true;
    const ends = range.split('-');
    return ends.length <= 2 && ends.every((end) => isValue(end, bounds));
  });
}

function isValue(text: string, bounds: { min: number; max: number; names?: string }): boolean {
  if (/^\d+$/.test(text)) return Number(text) >= bounds.min && Number(text) <= bounds.max;
  return bounds.names !== undefined && bounds.names.split('|').includes(text.toLowerCase());
}

/** Whether the IANA time zone database has this name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
