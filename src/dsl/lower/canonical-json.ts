/** What becomes of an entry of a map: kept, left out, or kept with everything below it. */
export type EntryRule = (key: string, map: object) => 'keep' | 'leave_out' | 'keep_all';

/** JSON with the keys of every map in order and nothing undefined: equal data gives equal text. */
export function canonicalJson(data: unknown, rule: EntryRule = keepAll): string {
  if (data === null || typeof data !== 'object') return JSON.stringify(data) ?? 'null';
  if (Array.isArray(data)) return `[${data.map((item) => canonicalJson(item, rule)).join(',')}]`;
  const map = data as Readonly<Record<string, unknown>>; // an object that is no array
  let text = '';
  for (const key of Object.keys(map).sort()) {
    const value = map[key];
    const fate = value === undefined ? 'leave_out' : rule(key, map);
    if (fate === 'leave_out') continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(value, fate === 'keep_all' ? keepAll : rule)}`;
  }
  return `{${text}}`;
}

function keepAll(): 'keep_all' {
  return 'keep_all';
}
