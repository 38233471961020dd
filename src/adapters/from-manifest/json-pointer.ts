import type { Json } from '../../dsl/ir/json.ts';

/** The value at a JSON pointer (RFC 6901), undefined where there is none. */
export function atPointer(value: Json, pointer: string): Json | undefined {
  if (pointer === '') return value;
  let current: Json | undefined = value;
  for (const raw of pointer.slice(1).split('/')) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(current))
      current = /^(0|[1-9]\d*)$/.test(key) ? (current as readonly Json[])[Number(key)] : undefined;
    else if (current !== null && typeof current === 'object' && Object.hasOwn(current, key))
      current = (current as Readonly<Record<string, Json>>)[key];
    else return undefined;
  }
  return current;
}
