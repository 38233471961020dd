import type { Json } from '../../dsl/ir/json.ts';

/** Characters as JSON without escapes; stops counting soon after `enough`. */
export function roughSize(value: Json, enough: number): number {
  let size = 0;
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined && size <= enough; next = open.pop()) {
    if (typeof next === 'string') size += next.length + 3;
    else if (next === null || typeof next !== 'object') size += 24;
    else if (Array.isArray(next)) for (const item of next) open.push(item);
    else
      for (const [key, field] of Object.entries(next)) {
        size += key.length + 4;
        open.push(field);
      }
  }
  return size;
}
