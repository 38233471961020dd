import type { JsonObject } from '../dsl/ir/json.ts';
import { toJson } from '../dsl/check/read/to-json.ts';
import type { MapNode, Node } from '../dsl/parse/node.ts';
import type { ScriptedEvent } from '../workflows/host/run-virtual.ts';
import { child, type Problems } from './problems.ts';

type Happening = ScriptedEvent['do'];

const KINDS = ['type', 'callback', 'decision', 'cancel', 'pause', 'resume'] as const;
type Kind = (typeof KINDS)[number];

const READERS: Readonly<Record<Kind, (problems: Problems, map: MapNode, index: number) => Happening | null>> = {
  type: (problems, map, index) => {
    const type = problems.text(child(map, 'type'), '`type`');
    const id = problems.text(child(map, 'id'), '`id`') ?? `event-${index + 1}`;
    const source = problems.text(child(map, 'source'), '`source`') ?? 'test';
    const data = child(map, 'data');
    return type === undefined
      ? null
      : { kind: 'event', id, type, source, data: data === undefined ? {} : toJson(data) };
  },
  callback: (problems, map) => {
    const node = child(map, 'callback');
    const callback = node && problems.map(node, { what: '`callback`', keys: ['step', 'payload'], required: ['step'] });
    const step = callback && problems.text(child(callback, 'step'), '`step`');
    const payload = callback ? child(callback, 'payload') : undefined;
    return step ? { kind: 'callback', step, payload: payload === undefined ? {} : toJson(payload) } : null;
  },
  decision: (problems, map) => {
    const keys = ['step', 'approved', 'comment', 'form', 'by'];
    const node = child(map, 'decision');
    const decision = node && problems.map(node, { what: '`decision`', keys, required: ['step', 'approved'] });
    if (!decision) return null;
    const step = problems.text(child(decision, 'step'), '`step`');
    const approved = problems.boolean(child(decision, 'approved'), '`approved`');
    const comment = problems.text(child(decision, 'comment'), '`comment`') ?? null;
    const by = problems.text(child(decision, 'by'), '`by`') ?? 'tester';
    const form = child(decision, 'form');
    if (step === undefined || approved === undefined) return null;
    return { kind: 'decision', step, approved, comment, form: form === undefined ? null : toJson(form), by };
  },
  cancel: (problems, map) => readSwitch(problems, map, 'cancel'),
  pause: (problems, map) => readSwitch(problems, map, 'pause'),
  resume: (problems, map) => readSwitch(problems, map, 'resume'),
};

/** Reads `events`: what happens to the execution from outside, `after` its start in virtual time. */
export function readEvents(problems: Problems, node: Node | undefined): ScriptedEvent[] {
  return problems.items(node, '`events`').flatMap((item, index) => readEvent(problems, item, index));
}

function readEvent(problems: Problems, node: Node, index: number): ScriptedEvent[] {
  const map = problems.anyMap(node, 'An event');
  if (map === null) return [];
  const present = KINDS.filter((kind) => map.entries.has(kind));
  const [kind] = present;
  if (kind === undefined || present.length > 1) {
    problems.value(
      'WEIR9003',
      node,
      `An event has ${kind === undefined ? 'one' : 'only one'} of ${KINDS.map((name) => `\`${name}\``).join(', ')}.`,
    );
    return [];
  }
  problems.map(node, { what: 'An event', keys: ['after', kind, ...(kind === 'type' ? ['data', 'id', 'source'] : [])] });
  const at = problems.duration(child(map, 'after'), '`after`') ?? 0;
  const happening = READERS[kind](problems, map, index);
  return happening === null ? [] : [{ at, do: happening }];
}

function readSwitch(problems: Problems, map: MapNode, kind: 'cancel' | 'pause' | 'resume'): Happening | null {
  const node = child(map, kind);
  if (node?.kind === 'scalar' && node.value === true) return { kind };
  if (node !== undefined) problems.value('WEIR9002', node, `\`${kind}\` is true.`);
  return null;
}

/** A map of plain data. */
export function readData(problems: Problems, node: Node | undefined, what: string): JsonObject | undefined {
  if (node === undefined) return undefined;
  const map = problems.anyMap(node, what);
  return map === null ? undefined : (toJson(map) as JsonObject); // a map node gives an object
}
