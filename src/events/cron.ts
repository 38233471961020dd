/** Bounds of minute, hour, day of month, month, day of week. */
const FIELDS: readonly { readonly min: number; readonly max: number; readonly names?: readonly string[] }[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
const MACROS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/**
 * A schedule's cron expression as lines of plain numbers that every cron reads alike; a time counts when one of them fits. There are two
 * where both day of month and day of week are restricted: as crontab has it, either is enough. It was checked by the compiler.
 * @example cronLines('0 9 1 * mon') // ['0 9 1 * *', '0 9 * * 1']
 */
export function cronLines(schedule: string): readonly string[] {
  const fields = (MACROS[schedule.trim()] ?? schedule).trim().split(/\s+/);
  const [minute, hour, day, month, weekday] = FIELDS.map((bounds, i) => expand(fields[i] ?? '*', bounds));
  const restricted = (field = '*'): boolean => !/^[*?]/.test(field);
  if (restricted(fields[2]) && restricted(fields[4]))
    return [`${minute} ${hour} ${day} ${month} *`, `${minute} ${hour} * ${month} ${weekday}`];
  return [`${minute} ${hour} ${day} ${month} ${weekday}`];
}

/** The field's values as a list, `*` for all. A range that ends before it begins goes on at the start: `fri-mon`. */
function expand(field: string, { min, max, names = [] }: (typeof FIELDS)[number]): string {
  const size = max - min + 1;
  const number = (text: string): number => {
    const named = names.indexOf(text.toLowerCase());
    return named >= 0 ? named + min : Number(text);
  };
  const found = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '*', step = '1'] = part.split('/');
    const all = range === '*' || range === '?';
    const [first = '0', last] = range.split('-');
    const from = all ? min : number(first);
    // `5/15` goes on to the end; `fri-7` ends on Sunday.
    const to = all || (last === undefined && part.includes('/')) ? max : number(last ?? first);
    const count = to - from + 1 + (to < from ? size : 0);
    // 7 is Sunday, as 0 is.
    for (let i = 0; i < count; i += Number(step)) found.add(((from - min + i) % size) + min);
  }
  return found.size === size ? '*' : [...found].sort((a, b) => a - b).join(',');
}
