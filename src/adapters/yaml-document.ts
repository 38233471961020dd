// YAML of adapter files and action catalogues: value and positions from one parse, with limits.
import { constructFromEvents, EVENT_ID, type Event, getScalarValue, parseEvents, YAMLException } from 'js-yaml';
import type { Json } from '../dsl/ir/json.ts';

export interface Place {
  readonly line: number;
  readonly column: number;
}
export interface YamlDocument {
  readonly value: Json;
  /** Where the node at a JSON pointer stands, or its nearest ancestor. A map's entry stands at its key. Counted from 1. */
  readonly placeOf: (pointer: string) => Place;
}
export class YamlFault extends Error {
  override readonly name = 'YamlFault';
  readonly place: Place;
  constructor(message: string, place: Place) {
    super(message);
    this.place = place;
  }
}

const MAX_BYTES = 256 * 1024;
const MAX_NODES = 10_000;
const MAX_DEPTH = 32;
const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads one YAML document. Throws {@link YamlFault} for what is no YAML, no JSON, or beyond the limits. */
export function readYamlDocument(source: string): YamlDocument {
  if (Buffer.byteLength(source) > MAX_BYTES)
    throw new YamlFault(`larger than ${MAX_BYTES / 1024} KiB`, { line: 1, column: 1 });
  const start: Place = { line: 1, column: 1 };
  try {
    const events = parseEvents(source, { maxDepth: MAX_DEPTH });
    const documents = constructFromEvents(events, { source, maxAliases: 100 });
    if (documents.length !== 1) throw new YamlFault(documents.length === 0 ? 'empty' : 'more than one document', start);
    const value = plain(documents[0], { left: MAX_NODES });
    const places = placesOf(source, events);
    return { value, placeOf: (pointer) => nearest(places, pointer) };
  } catch (error) {
    if (error instanceof YamlFault) throw error;
    if (error instanceof YAMLException)
      throw new YamlFault(error.reason, { line: (error.mark?.line ?? 0) + 1, column: (error.mark?.column ?? 0) + 1 });
    throw new YamlFault(error instanceof Error ? error.message : String(error), start);
  }
}

/** A copy that shares nothing (aliases are expanded, within the budget) and holds only JSON. */
function plain(value: unknown, budget: { left: number }): Json {
  budget.left -= 1;
  if (budget.left < 0) throw new YamlFault(`more than ${MAX_NODES} nodes after expansion`, { line: 1, column: 1 });
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item) => plain(item, budget));
  if (typeof value === 'object') {
    const entries = Object.entries(value);
    const refused = entries.find(([key]) => REFUSED_KEYS.has(key));
    if (refused !== undefined) throw new YamlFault(`the key "${refused[0]}" is refused`, { line: 1, column: 1 });
    return Object.fromEntries(entries.map(([key, item]) => [key, plain(item, budget)]));
  }
  throw new YamlFault(`a value that JSON can't hold (${typeof value})`, { line: 1, column: 1 });
}

type Frame = {
  readonly pointer: string;
  readonly kind: 'map' | 'list';
  index: number;
  key: { text: string; at: number } | null;
};

function placesOf(source: string, events: readonly Event[]): ReadonlyMap<string, Place> {
  const lineStarts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const places = new Map<string, Place>();
  const frames: (Frame | null)[] = []; // null: the document itself
  const put = (pointer: string, offset: number): void =>
    void (places.has(pointer) || places.set(pointer, placeAt(lineStarts, Math.max(0, offset))));
  /** Takes the next node: its pointer, or null when it is a map's key. */
  const take = (offset: number, scalar: string | null): string | null => {
    const frame = frames.at(-1) ?? null;
    if (frame === null) return '';
    if (frame.kind === 'list') return `${frame.pointer}/${frame.index++}`;
    if (frame.key === null) {
      frame.key = { text: scalar ?? '', at: offset };
      return null;
    }
    const pointer = `${frame.pointer}/${frame.key.text.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    put(pointer, frame.key.at);
    frame.key = null;
    return pointer;
  };
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) frames.push(null);
    else if (event.type === EVENT_ID.POP) frames.pop();
    else if (event.type === EVENT_ID.ALIAS) put(take(event.anchorStart, null) ?? '', event.anchorStart);
    else if (event.type === EVENT_ID.SCALAR) {
      const pointer = take(event.valueStart, getScalarValue(source, event));
      if (pointer !== null) put(pointer, event.valueStart);
    } else {
      const pointer = take(event.start, null) ?? '';
      put(pointer, event.start);
      frames.push({ pointer, kind: event.type === EVENT_ID.MAPPING ? 'map' : 'list', index: 0, key: null });
    }
  }
  return places;
}

function placeAt(lineStarts: readonly number[], offset: number): Place {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

function nearest(places: ReadonlyMap<string, Place>, pointer: string): Place {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const place = places.get(at);
    if (place !== undefined) return place;
  }
  return places.get('') ?? { line: 1, column: 1 };
}
