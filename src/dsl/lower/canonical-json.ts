/** JSON with the keys of every map in order and nothing undefined: equal data gives equal text. */
export function canonicalJson(data: unknown): string {
  if (data === null || typeof data !== 'object') return JSON.stringify(data) ?? 'null';
  if (Array.isArray(data)) return `[${data.map(canonicalJson).join(',')}]`;
  const entries = Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${canonicalJson(value)}`).join(',')}}`;
}
