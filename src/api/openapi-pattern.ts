/** Characters of a Unicode category as ranges; of Cf those of the basic plane. JSON has no lone surrogates (Cs). */
const CATEGORIES: Readonly<Record<string, string>> = {
  Cc: String.raw`\x00-\x1f\x7f-\x9f`,
  Cf: String.raw`\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb`,
  Cs: '',
};

/**
 * A pattern for everybody's engine: JSON Schema recommends a subset of regular expressions without Unicode categories, which
 * many validators lack.
 */
export function portablePattern(pattern: string): string {
  let inClass = false;
  return pattern.replaceAll(/\\[pP]\{(\w+)\}|\\.|[[\]]/g, (token, name: string | undefined) => {
    if (token === '[') inClass = true;
    if (token === ']') inClass = false;
    if (token === String.raw`\0`) return String.raw`\x00`;
    const ranges = name === undefined ? undefined : CATEGORIES[name];
    if (ranges === undefined) return token;
    if (inClass) return token.startsWith(String.raw`\p`) ? ranges : token;
    return token.startsWith(String.raw`\p`) ? `[${ranges}]` : `[^${ranges}]`;
  });
}

/** The same schema with all its patterns portable. */
export function withPortablePatterns<T>(schema: T): T {
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [
        key,
        key === 'pattern' && typeof value === 'string' ? portablePattern(value) : walk(value),
      ]),
    );
  };
  return walk(schema) as T; // of the same shape
}
