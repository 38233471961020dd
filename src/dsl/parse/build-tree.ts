import {
  CORE_SCHEMA,
  type Event,
  EVENT_ID,
  getScalarValue,
  NOT_RESOLVED,
  SCALAR_STYLE,
  type ScalarEvent,
} from 'js-yaml';
import type { CompileLimits } from '../compile-environment.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { Entry, MapNode, Node, ScalarNode, ScalarStyle } from './node.ts';

export interface BuildOptions {
  readonly source: string;
  readonly events: readonly Event[];
  readonly limits: CompileLimits;
  readonly reporter: Reporter;
}

interface Builder extends BuildOptions {
  /** For the event of each alias, the event its anchor stands on; absent when there is none. */
  readonly targets: ReadonlyMap<number, number>;
  /** Anchored events being expanded, to find cycles. */
  readonly open: Set<number>;
  nodes: number;
  cursor: number;
  /** Offset behind what was read last: where an empty value stands. */
  last: number;
}

/** Signals that the document is over a limit; the report is made before. */
class LimitReached extends Error {}

const YAML_TAG = 'tag:yaml.org,2002:';
const SCALAR_TAGS = new Set(['!!str', '!!int', '!!float', '!!bool', '!!null']);

/** Builds the tree of the first document from parser events, expanding aliases within the limits of dsl.md, section 9. */
export function buildTree(options: BuildOptions): Node | undefined {
  const targets = resolveAliases(options);
  if (targets === undefined) return undefined;
  const builder: Builder = { ...options, targets, open: new Set(), nodes: 0, cursor: 1, last: 0 };
  if (options.events[0] === undefined || options.events[1]?.type === EVENT_ID.POP) return undefined;
  try {
    return build(builder, null, '');
  } catch (error) {
    if (error instanceof LimitReached) return undefined;
    throw error;
  }
}

/** First pass: which anchor each alias means (anchors may be given again), how many aliases there are. */
function resolveAliases({ events, source, limits, reporter }: BuildOptions): Map<number, number> | undefined {
  const anchors = new Map<string, number>();
  const targets = new Map<number, number>();
  let aliases = 0;
  for (const [index, event] of events.entries()) {
    if (event.type === EVENT_ID.DOCUMENT && index > 0) break;
    if (event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) continue;
    if (event.anchorStart < 0) continue;
    const name = source.slice(event.anchorStart, event.anchorEnd);
    if (event.type !== EVENT_ID.ALIAS) {
      anchors.set(name, index);
      continue;
    }
    const span = { start: event.anchorStart - 1, end: event.anchorEnd };
    if (++aliases > limits.maxAliases) {
      reporter.span('WEIR0007', span, `The document uses more than ${limits.maxAliases} aliases.`);
      return undefined;
    }
    const target = anchors.get(name);
    if (target === undefined) reporter.span('WEIR0008', span, `The alias *${name} has no anchor &${name} before it.`);
    else targets.set(index, target);
  }
  return targets;
}

function build(builder: Builder, parent: Node | null, slot: string | number): Node {
  const index = builder.cursor++;
  const event = builder.events[index];
  if (event === undefined) throw new LimitReached();
  if (++builder.nodes > builder.limits.maxNodes) {
    const span = { start: builder.last, end: builder.last + 1 };
    builder.reporter.span(
      'WEIR0006',
      span,
      `The document has more than ${builder.limits.maxNodes} nodes once its aliases are expanded.`,
    );
    throw new LimitReached();
  }
  switch (event.type) {
    case EVENT_ID.ALIAS:
      builder.last = event.anchorEnd;
      return buildAlias(builder, { index, start: event.anchorStart - 1, end: event.anchorEnd }, parent, slot);
    case EVENT_ID.SCALAR:
      return buildScalar(builder, event, parent, slot);
    case EVENT_ID.SEQUENCE: {
      checkTag(builder, event, '!!seq');
      builder.last = event.start;
      const items: Node[] = [];
      const list = { kind: 'list' as const, items, start: event.start, end: event.start, parent, slot };
      guarded(builder, index, () => {
        while (!closes(builder)) items.push(build(builder, list, items.length));
      });
      list.end = builder.last;
      return list;
    }
    case EVENT_ID.MAPPING: {
      checkTag(builder, event, '!!map');
      builder.last = event.start;
      const entries = new Map<string, Entry>();
      const map = { kind: 'map' as const, entries, start: event.start, end: event.start, parent, slot };
      guarded(builder, index, () => {
        while (!closes(builder)) buildEntry(builder, map, entries);
      });
      map.end = builder.last;
      return map;
    }
    default:
      throw new LimitReached();
  }
}

function guarded(builder: Builder, index: number, read: () => void): void {
  const first = !builder.open.has(index);
  builder.open.add(index);
  read();
  if (first) builder.open.delete(index);
}

function closes(builder: Builder): boolean {
  const type = builder.events[builder.cursor]?.type;
  if (type !== EVENT_ID.POP && type !== undefined) return false;
  builder.cursor++;
  return true;
}

function buildAlias(
  builder: Builder,
  at: { index: number; start: number; end: number },
  parent: Node | null,
  slot: string | number,
): Node {
  const target = builder.targets.get(at.index);
  const nothing: ScalarNode = {
    kind: 'scalar',
    value: null,
    style: 'plain',
    start: at.start,
    end: at.end,
    parent,
    slot,
  };
  if (target === undefined) return nothing;
  if (builder.open.has(target)) {
    const name = builder.source.slice(at.start, at.end);
    builder.reporter.span(
      'WEIR0008',
      at,
      `The alias ${name} stands inside what it means: the document would be endless.`,
    );
    return nothing;
  }
  const back = { cursor: builder.cursor, last: builder.last };
  builder.cursor = target;
  const node = build(builder, parent, slot);
  Object.assign(builder, back);
  return node;
}

function buildEntry(builder: Builder, map: MapNode, entries: Map<string, Entry>): void {
  const keyEvent = builder.events[builder.cursor];
  const keyNode = build(builder, map, '');
  const span = { start: keyNode.start, end: keyNode.end };
  const key = keyText(builder, keyNode);
  const valueSlot = key ?? '';
  const value = build(builder, map, valueSlot);
  if (key === null) {
    return builder.reporter.span('WEIR0012', span, 'A key must be text.');
  }
  if (key === '<<' && keyEvent?.type === EVENT_ID.SCALAR && keyNode.kind === 'scalar' && keyNode.style === 'plain') {
    return builder.reporter.span(
      'WEIR0011',
      span,
      'Merge keys (`<<`) are not part of YAML 1.2 and are refused.',
      'Use an alias for a whole value.',
    );
  }
  if (key === '__proto__')
    return builder.reporter.span('WEIR0013', span, 'The key `__proto__` is refused: it names a host object.');
  if (entries.has(key))
    return builder.reporter.span('WEIR0009', span, `The key \`${key}\` is given twice in this map.`);
  entries.set(key, { key, keyStart: span.start, keyEnd: span.end, value });
}

function keyText(builder: Builder, node: Node): string | null {
  if (node.kind !== 'scalar' || node.value === null) return null;
  return typeof node.value === 'string' ? node.value : builder.source.slice(node.start, node.end);
}

function buildScalar(builder: Builder, event: ScalarEvent, parent: Node | null, slot: string | number): ScalarNode {
  const style = styleOf(event);
  const quote = style === 'single' || style === 'double' ? 1 : 0;
  const start = event.valueStart < 0 ? builder.last : event.valueStart - quote;
  const end = event.valueStart < 0 ? builder.last : event.valueEnd + quote;
  const text = event.valueStart < 0 ? '' : getScalarValue(builder.source, event);
  const value = scalarValue(builder, event, { text, style, start, end });
  builder.last = end;
  return { kind: 'scalar', value, style, start, end, parent, slot };
}

function scalarValue(
  builder: Builder,
  event: ScalarEvent,
  scalar: { text: string; style: ScalarStyle; start: number; end: number },
): ScalarNode['value'] {
  const tag = event.tagStart < 0 ? null : builder.source.slice(event.tagStart, event.tagEnd);
  if (tag === null && scalar.style !== 'plain') return scalar.text;
  if (tag === null) return plainValue(builder, CORE_SCHEMA.resolveImplicitScalarTag(scalar.text).value, scalar);
  const span = { start: event.tagStart, end: event.tagEnd };
  if (!SCALAR_TAGS.has(tag)) {
    builder.reporter.span('WEIR0010', span, `The tag ${tag} is refused: flows are plain data.`);
    return scalar.text;
  }
  const name = YAML_TAG + tag.slice(2);
  const value = CORE_SCHEMA.lookupScalarTag(name)?.resolve(scalar.text, true, name);
  if (value !== undefined && value !== NOT_RESOLVED) return plainValue(builder, value, scalar);
  builder.reporter.span('WEIR0010', span, `The text behind ${tag} is none of that type.`);
  return scalar.text;
}

function plainValue(
  builder: Builder,
  value: unknown,
  scalar: { text: string; start: number; end: number },
): ScalarNode['value'] {
  if (typeof value !== 'number') return typeof value === 'boolean' || typeof value === 'string' ? value : null;
  if (!Number.isFinite(value)) {
    builder.reporter.span('WEIR0014', scalar, `${scalar.text} is no number that JSON can hold.`);
    return 0;
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    builder.reporter.span(
      'WEIR0015',
      scalar,
      `${scalar.text} is too large to be kept exactly as a number.`,
      `Write it as text: "${scalar.text}".`,
    );
  }
  return value;
}

function checkTag(builder: Builder, event: { tagStart: number; tagEnd: number }, allowed: string): void {
  if (event.tagStart < 0) return;
  const tag = builder.source.slice(event.tagStart, event.tagEnd);
  if (tag !== allowed)
    builder.reporter.span(
      'WEIR0010',
      { start: event.tagStart, end: event.tagEnd },
      `The tag ${tag} is refused: flows are plain data.`,
    );
}

function styleOf(event: ScalarEvent): ScalarStyle {
  switch (event.style) {
    case SCALAR_STYLE.SINGLE_QUOTED:
      return 'single';
    case SCALAR_STYLE.DOUBLE_QUOTED:
      return 'double';
    case SCALAR_STYLE.PLAIN:
      return 'plain';
    default:
      return 'block';
  }
}
