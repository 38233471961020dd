import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE } from 'js-yaml';
import type { Json } from '../dsl/ir/json.ts';

/** A scalar of a document, with the span of its source: what is put there takes its place. */
export interface YamlScalar {
  /** JSON pointer. Of a key: that of its entry. */
  readonly pointer: string;
  readonly isKey: boolean;
  /** Written without quotes on one or more lines, not as a block. */
  readonly isPlain: boolean;
  readonly value: string;
  /** Offsets into the source, quotes and the head of a block included. */
  readonly start: number;
  readonly end: number;
}

interface Frame {
  readonly pointer: string;
  readonly kind: 'map' | 'list' | 'document';
  index: number;
  key: string | null;
}

/** All scalars of a YAML (or JSON) document in their order. Throws YAMLException for what is no YAML, nested deeper than 64. */
export function yamlScalars(source: string): readonly YamlScalar[] {
  const events = parseEvents(source, { maxDepth: 64 });
  const found: YamlScalar[] = [];
  const frames: Frame[] = [];
  let last = 0;
  /** Where the next node belongs. */
  const take = (scalar: string | null): { readonly pointer: string; readonly isKey: boolean } => {
    const frame = frames.at(-1);
    if (frame === undefined || frame.kind === 'document') return { pointer: '', isKey: false };
    if (frame.kind === 'list') return { pointer: `${frame.pointer}/${frame.index++}`, isKey: false };
    if (frame.key === null) {
      frame.key = (scalar ?? '').replaceAll('~', '~0').replaceAll('/', '~1');
      return { pointer: `${frame.pointer}/${frame.key}`, isKey: true };
    }
    const pointer = `${frame.pointer}/${frame.key}`;
    frame.key = null;
    return { pointer, isKey: false };
  };
  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        frames.push({ pointer: '', kind: 'document', index: 0, key: null });
        break;
      case EVENT_ID.POP:
        frames.pop();
        break;
      case EVENT_ID.ALIAS:
        take(null);
        break;
      case EVENT_ID.SCALAR: {
        const value = getScalarValue(source, event);
        const { start, end } = spanOf(source, event, last);
        found.push({ ...take(value), isPlain: event.style === SCALAR_STYLE.PLAIN, value, start, end });
        last = end;
        break;
      }
      default: {
        const { pointer } = take(null);
        frames.push({ pointer, kind: event.type === EVENT_ID.MAPPING ? 'map' : 'list', index: 0, key: null });
        last = Math.max(last, event.start);
      }
    }
  }
  return found;
}

/** Puts other values in the places of scalars, written so that they can be nothing but one value. */
export function replaceScalars(
  source: string,
  replacements: readonly { readonly scalar: Pick<YamlScalar, 'start' | 'end'>; readonly value: Json }[],
): string {
  let text = source;
  for (const { scalar, value } of replacements.toSorted((a, b) => b.scalar.start - a.scalar.start)) {
    // A block ends with its line.
    const end = source.slice(scalar.start, scalar.end).endsWith('\n') ? '\n' : '';
    text = text.slice(0, scalar.start) + flowStyle(value) + end + text.slice(scalar.end);
  }
  return text;
}

/** JSON is YAML, but for characters that YAML takes only as escapes. */
function flowStyle(value: Json): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

type ScalarEvent = Extract<Event, { type: typeof EVENT_ID.SCALAR }>;

/** The parser gives what lies within the quotes, and the lines of a block without its head. */
function spanOf(source: string, event: ScalarEvent, after: number): { readonly start: number; readonly end: number } {
  const { valueStart: start, valueEnd: end, style } = event;
  if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED)
    return source[start - 1] === (style === SCALAR_STYLE.SINGLE_QUOTED ? "'" : '"')
      ? { start: start - 1, end: end + 1 }
      : { start, end };
  if (style !== SCALAR_STYLE.LITERAL_BLOCK && style !== SCALAR_STYLE.FOLDED_BLOCK) return { start, end };
  return { start: headOf(source, Math.max(after, event.tagEnd, event.anchorEnd), start), end };
}

/** Offset of the `|` or `>` before a block's lines; those in comments don't count. */
function headOf(source: string, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const character = source[at];
    if (character === '|' || character === '>') return at;
    if (character !== '#' || !/\s/.test(source[at - 1] ?? '\n')) continue;
    const lineEnd = source.indexOf('\n', at);
    at = lineEnd < 0 ? to : lineEnd;
  }
  return to;
}
