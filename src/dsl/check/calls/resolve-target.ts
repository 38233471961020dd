import { didYouMean } from '../../diagnostics/nearest.ts';
import type { Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import type { CallTarget, NamedValue } from '../model.ts';
import { mergeParams } from './params.ts';

export interface TargetRequest {
  readonly adapter: string;
  /** Without it: the action named like one of `names`, else the adapter's default. */
  readonly action: string | undefined;
  readonly names: readonly (string | null)[];
  readonly step: readonly NamedValue[];
  readonly named: readonly NamedValue[];
  /** Where an unknown adapter, and an unknown action, are shown. */
  readonly adapterNode: Node;
  readonly actionNode: Node;
}

/** The adapter's action that is meant; undefined after a report. */
export function resolveTarget(context: CheckContext, request: TargetRequest): CallTarget | undefined {
  const { adapters } = context.environment;
  const manifest = adapters.get(request.adapter);
  if (manifest === undefined) {
    context.reporter.value(
      'WEIR5003',
      request.adapterNode,
      `There is no adapter \`${request.adapter}\`.`,
      didYouMean(request.adapter, adapters.keys()),
    );
    return undefined;
  }
  const actions = Object.keys(manifest.actions);
  const action =
    request.action ?? request.names.find((name) => name !== null && actions.includes(name)) ?? manifest.default_action;
  if (action === undefined || action === null) {
    context.reporter.value(
      'WEIR5005',
      request.adapterNode,
      `Which action of \`${request.adapter}\` is meant?`,
      didYouMean(request.names.find((name) => name !== null) ?? '', actions),
    );
    return undefined;
  }
  const definition = Object.hasOwn(manifest.actions, action) ? manifest.actions[action] : undefined;
  if (definition === undefined) {
    context.reporter.value(
      'WEIR5004',
      request.actionNode,
      `The adapter \`${request.adapter}\` has no action \`${action}\`.`,
      didYouMean(action, actions),
    );
    return undefined;
  }
  return {
    adapter: request.adapter,
    action,
    manifest,
    definition,
    params: mergeParams({ step: request.step, named: request.named, definition }),
  };
}
