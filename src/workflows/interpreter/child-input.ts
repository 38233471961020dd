import type { RunFlowInput } from '../contract.ts';
import type { ChildRequest } from './port.ts';

/** What a sub-flow starts with. `$trigger` of a child names its parent. */
export function childInput(options: {
  request: ChildRequest;
  parent: { input: RunFlowInput; executionId: string };
  now: number;
}): RunFlowInput {
  const { request, parent, now } = options;
  return {
    format: 1,
    behaviour: parent.input.behaviour,
    flow: request.flow,
    flows: request.flows,
    input: request.input,
    trigger: {
      type: 'flow',
      source: `/executions/${parent.executionId}`,
      id: `${parent.executionId}~${request.step}~${request.generation}`,
      time: new Date(now).toISOString(),
      data: request.input,
      headers: {},
    },
    environment: parent.input.environment,
    ...(parent.input.organisation !== undefined && { organisation: parent.input.organisation }),
    config: parent.input.config,
    tags: [],
    parent: { execution_id: parent.executionId, step: request.step },
    depth: (parent.input.depth ?? 0) + 1,
  };
}
