import { didYouMean, nearest } from '../diagnostics/nearest.ts';
import type { StepKind } from '../ir/index.ts';
import { describeNode, type MapNode, type Node } from '../parse/node.ts';
import type { CheckContext } from './context.ts';
import { CALL_SETTINGS, ID_PATTERN, KEYWORDS, KIND_KEYWORDS, MODIFIERS_OF, RESERVED_IDS } from './keywords.ts';
import type { Modifiers, StepModel, StepOf } from './model.ts';
import { readModifiers } from './read-modifiers.ts';
import { child } from './read/map.ts';
import { readText } from './read/scalars.ts';
import { readCall } from './steps/call.ts';
import { STEP_CHECKS } from './steps/index.ts';

interface Place {
  readonly position: string;
  readonly branch: boolean;
}
/** A step in its three forms (dsl.md, section 2), brought to one. */
interface Named {
  readonly id: string | null;
  readonly idNode: Node;
  /** The bare name of a call without `adapter` and `action`. */
  readonly name: string | null;
  readonly nameNode: Node;
  /** The step object; absent when there is only a name. */
  readonly map: MapNode | undefined;
}

export function readStep(context: CheckContext, node: Node, place: Place): StepModel | undefined {
  countStep(context, node);
  const named = nameOf(context, node);
  if (named === undefined) return undefined;
  const id = named.id === null ? null : takeId(context, named.id, named.idNode);
  const map = named.map ?? null;
  if (map === null && named.id !== null && named.name === named.id && RESERVED_IDS.has(named.id)) return undefined; // reported as an id
  const kind = map === null ? 'call' : kindOf(context, map, named);
  const modifiers: Modifiers = map === null ? {} : readModifiers(context, map, { kind: kind ?? 'call', ...place });
  if (kind === undefined) return undefined;
  if (map !== null) checkKeys(context, map, kind);
  const base = { id, node, position: place.position, modifiers };
  const step = kind === 'call' ? readCallStep(context, named, { base, node }) : readKind(context, kind, { base, map });
  const known = id === null ? undefined : context.ids.get(id);
  if (step !== undefined && known !== undefined && known.step === undefined) known.step = step;
  return step;
}

type Base = Omit<StepOf<StepKind>, 'kind' | 'settings'>;

function readKind<K extends StepKind>(
  context: CheckContext,
  kind: K,
  step: { base: Base; map: MapNode | null },
): StepModel | undefined {
  const value = step.map === null ? undefined : child(step.map, kind);
  if (value === undefined) return undefined;
  const settings = STEP_CHECKS[kind].read(context, value, step.base);
  if (settings === undefined) return undefined;
  // `kind` and `settings` come from the same slice; TypeScript can't tie them together through the generic.
  return { ...step.base, kind, settings } as StepOf<K> as unknown as StepModel;
}

function readCallStep(context: CheckContext, named: Named, step: { base: Base; node: Node }): StepModel | undefined {
  const actionNode = named.map === undefined ? undefined : child(named.map, 'action');
  const action = actionNode === undefined ? named.name : (readText(context, actionNode, '`action`') ?? null);
  const meaning = readCall(context, {
    node: named.map ?? step.node,
    id: step.base.id,
    name: action,
    nameNode: actionNode ?? named.nameNode,
    modifiers: step.base.modifiers,
  });
  return meaning === undefined ? undefined : { ...step.base, ...meaning };
}

function nameOf(context: CheckContext, node: Node): Named | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') {
    return { id: idOf(node.value), idNode: node, name: node.value, nameNode: node, map: undefined };
  }
  if (node.kind !== 'map' || node.entries.size === 0) {
    context.reporter.value(
      'WEIR2001',
      node,
      `A step is a name or a map, not ${node.kind === 'map' ? 'an empty map' : describeNode(node)}.`,
    );
    return undefined;
  }
  const entries = [...node.entries.values()];
  const strangers = entries.filter((entry) => !KEYWORDS.has(entry.key));
  const [first] = strangers;
  if (first === undefined) {
    const idNode = child(node, 'id');
    const id = readText(context, idNode, '`id`') ?? null;
    return { id, idNode: idNode ?? node, name: id, nameNode: idNode ?? node, map: node };
  }
  if (entries.length === 1) return named(context, first.key, first.value);
  const names = strangers.length === entries.length;
  if (names || (first.value.kind === 'map' && entries[0] === first && strangers.length === 1)) {
    const others = entries
      .filter((entry) => entry !== first)
      .map((entry) => `\`${entry.key}\``)
      .join(', ');
    const hint = names
      ? 'Make each step an item of its own, with `- ` before it.'
      : `Indent ${others} below \`${first.key}\`.`;
    context.reporter.key(
      'WEIR2007',
      first.value,
      `This step is called \`${first.key}\`, but ${others} stands beside the name.`,
      hint,
    );
    return undefined;
  }
  const idNode = child(node, 'id');
  const id = readText(context, idNode, '`id`') ?? null;
  return { id, idNode: idNode ?? node, name: id, nameNode: idNode ?? node, map: node };
}

/** `- name: …` */
function named(context: CheckContext, name: string, value: Node): Named | undefined {
  const id = idOf(name);
  if (value.kind === 'scalar' && value.value === null)
    return { id, idNode: value, name, nameNode: value, map: undefined };
  if (value.kind === 'scalar' && typeof value.value === 'string')
    return { id, idNode: value, name: value.value, nameNode: value, map: undefined };
  if (value.kind === 'map') {
    const inner = child(value, 'id');
    if (inner !== undefined)
      context.reporter.key('WEIR2007', inner, `This step is named twice: \`${name}\`, and by \`id\`.`, 'Remove `id`.');
    return { id, idNode: value, name, nameNode: value, map: value };
  }
  const kind = nearest(name, KIND_KEYWORDS);
  const hint = kind === undefined ? 'For a block of steps write `do:` below the name.' : `Did you mean \`${kind}\`?`;
  context.reporter.key(
    'WEIR2001',
    value,
    `Below the name \`${name}\` stands ${describeNode(value)}, which is no step.`,
    hint,
  );
  return undefined;
}

/** `iam.verify_token` has the id `verify_token`. */
function idOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function takeId(context: CheckContext, id: string, node: Node): string | null {
  if (!ID_PATTERN.test(id)) {
    const better = id.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
    context.reporter.key(
      'WEIR2002',
      node,
      `\`${id}\` can't be a step's id: letters, digits and \`_\` only, not starting with a digit.`,
      `Call it \`${better}\`.`,
    );
    return null;
  }
  if (RESERVED_IDS.has(id)) {
    const kind = KIND_KEYWORDS.some((keyword) => keyword === id);
    context.reporter.key(
      'WEIR2003',
      node,
      `\`${id}\` is reserved and can't be a step's id.`,
      kind ? `As a kind of step it needs its settings: \`${id}: …\`.` : undefined,
    );
    return null;
  }
  const first = context.ids.get(id);
  if (first === undefined) {
    context.ids.set(id, { node });
    return id;
  }
  context.reporter.key(
    'WEIR2004',
    node,
    `The step id \`${id}\` is used twice.`,
    `It is first used in line ${context.reporter.lineOf(first.node.start)}.`,
  );
  return null;
}

/** Exactly one kind; a step with modifiers only calls what its id names. */
function kindOf(context: CheckContext, map: MapNode, step: Named): StepKind | undefined {
  const kinds = KIND_KEYWORDS.filter((kind) => map.entries.has(kind));
  const call = CALL_SETTINGS.find((setting) => map.entries.has(setting));
  const [kind, second] = kinds;
  const other = second ?? (kind === undefined ? undefined : call);
  if (kind !== undefined && other !== undefined) {
    const at = child(map, other);
    const hint = STEP_CHECKS[kind].settings.includes(other)
      ? `\`${other}\` belongs inside \`${kind}\`.`
      : 'Make it a step of its own.';
    if (at !== undefined)
      context.reporter.key('WEIR2005', at, `A step does one thing; this one has \`${kind}\` and \`${other}\`.`, hint);
    return kind;
  }
  if (kind !== undefined) return kind;
  if (call !== undefined || step.name !== null) return 'call';
  context.reporter.value(
    'WEIR2008',
    map,
    'This step does nothing: it has no kind, and no name to call.',
    map.entries.has('then') || map.entries.has('else')
      ? 'Branches stand inside `conditional: { if: …, then: […], else: […] }`.'
      : `Kinds: \`adapter\`, ${KIND_KEYWORDS.map((each) => `\`${each}\``).join(', ')}.`,
  );
  return undefined;
}

/** Unknown keys of the step object. What belongs to the kind, or means another kind, is said so. */
function checkKeys(context: CheckContext, map: MapNode, kind: StepKind): void {
  const known = [...MODIFIERS_OF[kind], ...(kind === 'call' ? [...CALL_SETTINGS, ...KIND_KEYWORDS] : [])];
  for (const { key, value } of map.entries.values()) {
    if (key === 'match') {
      context.reporter.key('WEIR1001', value, '`match` belongs to a handler of `on_error`, or inside `wait_for`.');
    }
    if (KEYWORDS.has(key)) continue;
    const inside = kind !== 'call' && STEP_CHECKS[kind].settings.includes(key);
    const param = kind === 'call' && nearest(key, known) === undefined;
    const hint = inside
      ? `\`${key}\` belongs inside \`${kind}\`.`
      : param
        ? `A param of the call stands below \`params\`: \`params: { ${key}: … }\`.`
        : didYouMean(key, known);
    context.reporter.key('WEIR1001', value, `A \`${kind}\` step has no key \`${key}\`.`, hint);
  }
}

function countStep(context: CheckContext, node: Node): void {
  context.steps++;
  const most = context.limits.maxSteps;
  if (context.steps === most + 1) {
    context.reporter.value(
      'WEIR1009',
      node,
      `This is step ${most + 1}; a flow has at most ${most} steps, counting every depth and handler.`,
      'Move a part into a flow of its own and call it with `flow`.',
    );
  }
}
