// Takes secrets out of everything that leaves an attempt: by value, in every spelling that usually turns up.
import type { Json } from '../../dsl/ir/json.ts';

export const MASK = '***';
/** Shorter values are not masked: taking them out would tear unrelated text apart and still give them away. */
export const MIN_SECRET_LENGTH = 6;

/** Secrets that one attempt has used. */
export class Masker {
  readonly #needles = new Set<string>();
  #ordered: readonly string[] | null = null;

  add(secret: string): void {
    for (const needle of spellings(secret)) this.#needles.add(needle);
    this.#ordered = null;
  }

  text(text: string): string {
    let masked = text;
    for (const needle of this.#longestFirst()) if (masked.includes(needle)) masked = masked.replaceAll(needle, MASK);
    return masked;
  }

  /** Masks strings and keys at every depth; gives the same value when there is nothing to mask. */
  json(value: Json): Json {
    if (this.#needles.size === 0) return value;
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => this.json(item));
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item)]));
    }
    return value;
  }

  // A spelling may contain a shorter one: the longer goes first, so that no rest stays behind.
  #longestFirst(): readonly string[] {
    this.#ordered ??= [...this.#needles].sort((a, b) => b.length - a.length);
    return this.#ordered;
  }
}

function spellings(secret: string): readonly string[] {
  const found = new Set<string>();
  for (const text of new Set([secret, secret.trim()])) {
    if (text.length < MIN_SECRET_LENGTH) continue;
    const bytes = Buffer.from(text);
    found.add(text).add(encodeURIComponent(text)).add(encodeURIComponent(text).replaceAll('%20', '+'));
    found.add(JSON.stringify(text).slice(1, -1)).add(JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1));
    found.add(bytes.toString('hex'));
    // Within a longer base64 text the secret begins at one of three offsets; what depends on its neighbours is trimmed.
    for (let skip = 0; skip < 3; skip += 1) {
      const part = bytes.subarray(skip).toString('base64').replace(/=+$/, '').slice(0, -1);
      found.add(part).add(part.replaceAll('+', '-').replaceAll('/', '_'));
    }
    found.add(bytes.toString('base64'));
  }
  return [...found].filter((needle) => needle.length >= MIN_SECRET_LENGTH);
}
