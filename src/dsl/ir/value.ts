import type { Json } from './json.ts';

/**
 * A value as an author wrote it, compiled: data, an expression, or a mix (dsl.md, section 3).
 *
 * - `lit`: plain data, used as it is.
 * - `expr`: a reference or exactly one `${ … }`; its value keeps its type. `src` is CEL with the author's `$roots`.
 * - `text`: a string with `${ … }` inside; parts are joined, objects and lists as JSON.
 * - `list`, `map`: containers with at least one part that is not plain data. Map entries keep the author's order.
 * - an entry with `optional` (a default from a manifest) is left out when it finds nothing (`expression_failed`).
 * - `secret`, `callback_url`: only in params; the activity fills them in (see `Fill` in fill.ts).
 */
export type ValueIr =
  | { readonly v: 'lit'; readonly value: Json }
  | { readonly v: 'expr'; readonly src: string }
  | { readonly v: 'text'; readonly parts: readonly TextPart[] }
  | { readonly v: 'list'; readonly items: readonly ValueIr[] }
  | { readonly v: 'map'; readonly entries: readonly MapEntry[] }
  | { readonly v: 'secret'; readonly name: string }
  | { readonly v: 'callback_url' };

/** A piece of an interpolated string: literal text, an expression, or what only the activity may fill in. */
export type TextPart =
  | string
  | { readonly src: string }
  | { readonly secret: string }
  | { readonly callback_url: true };

export interface MapEntry {
  readonly key: string;
  readonly value: ValueIr;
  readonly optional?: true;
}

/** A length of time: milliseconds known when compiled, or a value that gives `5m`, ISO 8601 or milliseconds when run. */
export type DurationIr = number | ValueIr;

/** A whole number known when compiled, or a value that gives one when run. */
export type CountIr = number | ValueIr;
