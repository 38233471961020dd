import type { Node } from '../../parse/node.ts';
import { checkParams } from '../calls/check-params.ts';
import { resolveName } from '../calls/resolve-name.ts';
import { resolveTarget } from '../calls/resolve-target.ts';
import type { CheckContext } from '../context.ts';
import { CALL_SETTINGS } from '../keywords.ts';
import { type CallTarget, literal, type Modifiers, type NamedValue, type StepSettings } from '../model.ts';
import { child } from '../read/map.ts';
import { readText } from '../read/scalars.ts';
import { mapValue, readValue, readValues } from '../read/value.ts';
import type { StepCheck } from './step-check.ts';

export const checkCall: StepCheck<'call'> = {
  settings: CALL_SETTINGS,
  // A call's settings stand in the step itself, so the step's node is read; see readCall.
  read: () => ({ targets: [] }),
  walk(settings, walk) {
    for (const target of settings.targets) {
      if (typeof target.adapter !== 'string') walk.use(target.adapter);
      walk.use(...target.params.filter((param) => param.optional === undefined).map((param) => param.value));
    }
  },
};

export interface CallSource {
  /** The step's map; absent when the step is only a name. */
  readonly node: Node;
  readonly id: string | null;
  /** The bare name when the step has no `adapter`: its `action`, or what the step is called. */
  readonly name: string | null;
  readonly nameNode: Node;
  readonly modifiers: Modifiers;
}
export type CallMeaning =
  | { readonly kind: 'call'; readonly settings: StepSettings['call'] }
  | { readonly kind: 'flow'; readonly settings: StepSettings['flow'] };

/** A call, or the flow that its bare name turns out to mean. Undefined after a report. */
export function readCall(context: CheckContext, source: CallSource): CallMeaning | undefined {
  const map = source.node.kind === 'map' ? source.node : undefined;
  const paramsNode = map === undefined ? undefined : child(map, 'params');
  const step = readValues(context, paramsNode, { what: '`params`', place: { secrets: true } });
  const adapterNode = map === undefined ? undefined : child(map, 'adapter');
  const meaning =
    adapterNode === undefined ? byName(context, source, step) : byAdapter(context, source, { adapterNode, step });
  if (meaning === undefined || meaning.kind === 'flow') return meaning;
  const fallbacks = readFallbacks(context, source, { first: meaning.target, step });
  const targets = [meaning.target, ...fallbacks];
  for (const target of targets)
    checkParams(context, target, { step: source.node, params: paramsNode?.kind === 'map' ? paramsNode : undefined });
  return { kind: 'call', settings: { targets } };
}

type Meaning = { kind: 'call'; target: CallTarget } | Extract<CallMeaning, { kind: 'flow' }>;

function byName(context: CheckContext, source: CallSource, step: readonly NamedValue[]): Meaning | undefined {
  if (source.name === null) return undefined;
  const meaning = resolveName(context, source.name);
  if (meaning.means === 'broken') return undefined;
  if (meaning.means === 'nothing') {
    const isKey =
      source.nameNode.kind === 'map' || (source.nameNode.kind === 'scalar' && source.nameNode.value === null);
    if (isKey) context.reporter.key(meaning.code, source.nameNode, meaning.message, meaning.hint);
    else context.reporter.value(meaning.code, source.nameNode, meaning.message, meaning.hint);
    return undefined;
  }
  if (meaning.means === 'flow') {
    const references = step.flatMap((param) => param.value.references);
    return {
      kind: 'flow',
      settings: { ref: literal(meaning.name), input: { ir: mapValue(step), references }, wait: true },
    };
  }
  const target = resolveTarget(context, {
    adapter: meaning.adapter,
    action: meaning.action,
    names: [meaning.named, source.id],
    step,
    named: meaning.params,
    adapterNode: source.nameNode,
    actionNode: source.nameNode,
  });
  return target === undefined ? undefined : { kind: 'call', target };
}

function byAdapter(
  context: CheckContext,
  source: CallSource,
  given: { adapterNode: Node; step: readonly NamedValue[] },
): Meaning | undefined {
  const { adapterNode, step } = given;
  const actionNode = source.node.kind === 'map' ? child(source.node, 'action') : undefined;
  const action = readText(context, actionNode, '`action`');
  const adapter = readText(context, adapterNode, '`adapter`');
  if (adapter === undefined) return undefined;
  const value = readValue(context, adapterNode);
  if (value.ir.v !== 'lit') {
    const computed = action ?? source.id;
    if (computed !== null) return { kind: 'call', target: { adapter: value, action: computed, params: step } };
    context.reporter.value('WEIR5005', adapterNode, 'A call whose adapter is computed needs an `action`.');
    return undefined;
  }
  const target = resolveTarget(context, {
    adapter,
    action,
    names: [source.id],
    step,
    named: [],
    adapterNode,
    actionNode: actionNode ?? adapterNode,
  });
  return target === undefined ? undefined : { kind: 'call', target };
}

/** `fallback: [adapter, …]`: the same action of other adapters, or `adapter.action`. */
function readFallbacks(
  context: CheckContext,
  source: CallSource,
  given: { first: CallTarget; step: readonly NamedValue[] },
): CallTarget[] {
  const targets: CallTarget[] = [];
  for (const { name, node } of source.modifiers.fallback ?? []) {
    const dot = name.indexOf('.');
    const target = resolveTarget(context, {
      adapter: dot < 0 ? name : name.slice(0, dot),
      action: dot < 0 ? given.first.action : name.slice(dot + 1),
      names: [],
      step: given.step,
      named: [],
      adapterNode: node,
      actionNode: node,
    });
    if (target !== undefined) targets.push(target);
  }
  return targets;
}
