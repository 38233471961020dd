import type { ResolveVersion } from '../deployments/deployments.ts';
import type { JsonObject } from '../dsl/ir/json.ts';
import { isPassing } from '../events/deliver-event.ts';
import { triggerInput } from '../events/match-trigger.ts';
import { checkValue } from '../executions/check-value.ts';
import { keyedExecutionId } from '../executions/execution-id.ts';
import { missingFlows } from '../executions/start-execution.ts';
import { type RequestSlot, takeSlot } from '../executions/take-slot.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import { resolveFlows } from '../flows/resolve-flows.ts';
import { Problem } from '../problems/problem.ts';
import type { RunFlowInput, TriggerEvent } from '../workflows/contract.ts';
import { CURRENT_BEHAVIOUR } from '../workflows/interpreter/behaviours.ts';
import type { ScheduledActivities, ScheduledFlow } from '../workflows/scheduled-contract.ts';

/** What resolving needs of one organisation. */
export interface ScheduledServices {
  readonly flows: Pick<FlowStore, 'get'>;
  readonly resolve: ResolveVersion;
  /** `$config` of an environment. */
  readonly config: (environment: string) => Promise<JsonObject>;
  readonly requestSlot: RequestSlot;
}

export interface ResolveScheduledDeps {
  readonly servicesOf: (organisation: string) => ScheduledServices;
  /** False once the schedule is no longer deployed: a run that is due just then does nothing. */
  readonly isWanted: (run: ScheduledFlow) => Promise<boolean>;
  /** Lists a run that makes no execution as a rejected event. The same run counts once. */
  readonly reject: (run: ScheduledFlow, event: TriggerEvent, problem: Problem) => Promise<void>;
}

/**
 * The activity behind a schedule's run: the deployed version (of a split one is drawn), its input by the trigger, and the id of the
 * execution, the same however often it is asked. What is wrong with the flow or its input is listed, not retried; what is away is.
 */
export function createResolveScheduled(deps: ResolveScheduledDeps): ScheduledActivities['weir.resolve_scheduled'] {
  return async ({ scheduledAt, run: runId, ...run }) => {
    if (!(await deps.isWanted(run))) return null;
    const event: TriggerEvent = {
      type: 'schedule',
      source: `/schedules/${run.schedule}`,
      id: scheduledAt,
      time: scheduledAt,
      data: {},
      headers: {},
    };
    const executionId = keyedExecutionId([run.organisation, run.flow, 'schedule', run.schedule, scheduledAt, runId]);
    try {
      const input = await inputOf(deps.servicesOf(run.organisation), run, { event, executionId });
      return { executionId, input };
    } catch (error) {
      if (!(error instanceof Problem) || isPassing(error)) throw error;
      await deps.reject(run, event, error);
      return null;
    }
  };
}

async function inputOf(
  { flows, resolve, config, requestSlot }: ScheduledServices,
  { organisation, environment, flow: name, position, trigger }: ScheduledFlow,
  { event, executionId }: { readonly event: TriggerEvent; readonly executionId: string },
): Promise<RunFlowInput> {
  const expected = triggerInput(trigger, event);
  const stored = await resolve({
    flow: name,
    environment,
    input: 'value' in expected ? expected.value : {},
    executionId,
  });
  const { ir: flow } = stored;
  if (flow === undefined)
    throw new Problem('invalid_flow', `Flow ${stored.name} ${stored.version} has errors.`, {
      errors: stored.diagnostics,
    });
  // The drawn version maps the input itself, if it has a schedule in this place.
  const own = flow.triggers[position];
  const mapped = triggerInput(own?.on === 'schedule' ? own : trigger, event);
  if ('error' in mapped) throw new Problem('invalid_input', `The trigger's input can't be worked out: ${mapped.error}`);
  const { value: input, faults } = checkValue(flow.inputs, mapped.value);
  if (faults.length > 0)
    throw new Problem(
      'invalid_input',
      `The input does not fit the inputs of flow ${flow.name}: ${faults.map(({ message }) => message).join('; ')}.`,
      { errors: faults },
    );
  const closure = await resolveFlows(flows, flow);
  if (closure.missing.length > 0) throw missingFlows(flow.name, closure.missing);
  const run: RunFlowInput = {
    format: 1,
    behaviour: CURRENT_BEHAVIOUR,
    flow,
    flows: closure.flows,
    input,
    trigger: event,
    environment,
    organisation,
    config: await config(environment),
    tags: [],
  };
  return { ...run, ...(await takeSlot(requestSlot, executionId, run)) };
}
