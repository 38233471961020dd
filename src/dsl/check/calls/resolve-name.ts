import { didYouMean, nearest } from '../../diagnostics/nearest.ts';
import type { CheckContext } from '../context.ts';
import { KIND_KEYWORDS } from '../keywords.ts';
import type { NamedValue } from '../model.ts';
import { valuesFromJson } from './params.ts';

/** What a bare name means: an action with the params its definition gives, or a flow. */
export type NameMeaning =
  | {
      readonly means: 'action';
      readonly adapter: string;
      readonly action: string | undefined;
      readonly named: string;
      readonly params: readonly NamedValue[];
    }
  | { readonly means: 'flow'; readonly name: string }
  | {
      readonly means: 'nothing';
      readonly code: 'WEIR5001' | 'WEIR5002';
      readonly message: string;
      readonly hint?: string;
    }
  /** A named action that is broken itself, which was reported there. */
  | { readonly means: 'broken' };

/**
 * A bare action name, in the order of dsl.md, section 2: the flow's actions, the catalogue, `adapter.action`, an action that exactly
 * one adapter has, a flow (`_` and `-` are one in flow names).
 */
export function resolveName(context: CheckContext, name: string): NameMeaning {
  const { environment } = context;
  const own = context.actions.get(name);
  if (own !== undefined) {
    if (own.adapter === undefined) return { means: 'broken' };
    return { means: 'action', adapter: own.adapter, action: own.action, named: name, params: own.params };
  }
  if (Object.hasOwn(environment.actions, name)) {
    const entry = environment.actions[name];
    if (entry !== undefined)
      return {
        means: 'action',
        adapter: entry.adapter,
        action: entry.action,
        named: name,
        params: valuesFromJson(entry.params),
      };
  }
  const dot = name.indexOf('.');
  if (dot > 0) {
    const adapter = environment.adapters.get(name.slice(0, dot));
    const action = name.slice(dot + 1);
    if (adapter !== undefined && Object.hasOwn(adapter.actions, action)) {
      return { means: 'action', adapter: adapter.name, action, named: action, params: [] };
    }
    return nothing(context, name);
  }
  const having = [...environment.adapters.values()].filter((adapter) => Object.hasOwn(adapter.actions, name));
  const [first, second] = having;
  if (first !== undefined && second === undefined)
    return { means: 'action', adapter: first.name, action: name, named: name, params: [] };
  if (second !== undefined) {
    const candidates = having.map((adapter) => `\`${adapter.name}.${name}\``).join(', ');
    return {
      means: 'nothing',
      code: 'WEIR5002',
      message: `\`${name}\` can mean ${candidates}.`,
      hint: 'Write the one that is meant.',
    };
  }
  const flow = flowNamed(context, name);
  return flow === undefined ? nothing(context, name) : { means: 'flow', name: flow };
}

function flowNamed(context: CheckContext, name: string): string | undefined {
  const same = name.replaceAll('_', '-');
  if (context.environment.flows.has(same)) return same;
  return [...context.environment.flows.keys()].find((flow) => flow.replaceAll('_', '-') === same);
}

function nothing(context: CheckContext, name: string): NameMeaning {
  const { environment } = context;
  const known = [
    ...context.actions.keys(),
    ...Object.keys(environment.actions),
    ...[...environment.adapters.values()].flatMap((adapter) =>
      Object.keys(adapter.actions).flatMap((action) => [`${adapter.name}.${action}`, action]),
    ),
    ...environment.flows.keys(),
  ];
  const adapter = environment.adapters.get(name);
  const hint =
    adapter === undefined
      ? hintFor(name, new Set(known))
      : `\`${name}\` is an adapter: write \`adapter: ${name}\` or one of its actions.`;
  return {
    means: 'nothing',
    code: 'WEIR5001',
    message: `Nothing answers to the name \`${name}\`: it is no action of this flow, of the catalogue, or of one adapter, and no flow.`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** A name close by; else, for a slip in a keyword (`parralel`), the keyword; else what there is. */
function hintFor(name: string, known: ReadonlySet<string>): string | undefined {
  const keyword = nearest(name, known) === undefined ? nearest(name, KIND_KEYWORDS) : undefined;
  return didYouMean(name, keyword === undefined ? known : KIND_KEYWORDS);
}
