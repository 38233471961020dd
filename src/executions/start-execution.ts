import { createHash } from 'node:crypto';
import type { ResolveVersion } from '../deployments/deployments.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import type { FlowStore, StoredFlow } from '../flows/flow-store.ts';
import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import { type MissingFlow, resolveFlows } from '../flows/resolve-flows.ts';
import { Problem, type ValueFault } from '../problems/problem.ts';
import type { ExecutionStatus, RunFlowInput, TriggerEvent } from '../workflows/contract.ts';
import { CURRENT_BEHAVIOUR } from '../workflows/interpreter/behaviours.ts';
import { checkValue } from './check-value.ts';
import { keyedExecutionId, newExecutionId } from './execution-id.ts';
import { linksOf } from './execution-view.ts';
import type { RunDescription, Runs } from './runs.ts';
import { type RequestSlot, takeSlot } from './take-slot.ts';

export interface StartDeps {
  readonly runs: Runs;
  readonly flows: Pick<FlowStore, 'get'>;
  /** Chooses the version by what is deployed. Left out: the latest that fits, in every environment. */
  readonly resolve?: ResolveVersion;
  /** Where a request without an environment runs. Default `default`. */
  readonly defaultEnvironment?: string;
  /** `$config` of an environment. */
  readonly config: (environment: string) => Promise<JsonObject>;
  readonly now: () => number;
  readonly requestSlot: RequestSlot;
  /** Whose executions are started; left out where there is one organisation. Part of what an idempotency key is hashed with. */
  readonly organisation?: string;
}

export interface StartRequest {
  /** Name, or `name@range`. */
  readonly flow: string;
  /** Version or range; left out: the deployed one, or the latest. */
  readonly version?: string;
  /** Left out: `{}`. */
  readonly input?: Json;
  /** Default: that of the server. */
  readonly environment?: string;
  readonly tags?: readonly string[];
  /** The same key with the same request starts once; with another one it is a conflict. */
  readonly idempotencyKey?: string;
  /** What started it; left out: a manual start by the API. */
  readonly trigger?: TriggerEvent;
}

/** `POST /flows/{id}/execute`, 202. */
export interface StartedExecution {
  readonly execution_id: string;
  readonly flow: string;
  readonly version: string;
  readonly status: ExecutionStatus;
  readonly links: Readonly<Record<string, string>>;
}

export const DEFAULT_ENVIRONMENT = 'default';

/**
 * Starts an execution of the version that is deployed, or of the latest fitting one; it keeps that version to its end. It is
 * durable when this resolves. Throws flow_not_found, version_not_found, environment_not_found, not_deployed, invalid_flow, invalid_input,
 * idempotency_conflict, concurrency_limit, temporal_unavailable, store_unavailable.
 */
export async function startExecution(deps: StartDeps, request: StartRequest): Promise<StartedExecution> {
  const { environment = deps.defaultEnvironment ?? DEFAULT_ENVIRONMENT, tags = [], idempotencyKey } = request;
  const fingerprint = hashRequest(request);
  const executionId =
    idempotencyKey === undefined
      ? newExecutionId(deps.now())
      : keyedExecutionId([deps.organisation ?? 'default', flowName(request.flow), idempotencyKey]);
  if (idempotencyKey !== undefined) {
    // Before anything is checked: the first answer holds even when the flow has changed since.
    const known = await deps.runs.describe(executionId);
    if (known !== null) return repeated(known, fingerprint);
  }
  const stored = await versionToRun(deps, {
    flow: request.flow,
    ...(request.version !== undefined && { version: request.version }),
    environment,
    input: request.input ?? {},
    executionId,
  });
  const { ir: flow } = stored;
  if (flow === undefined)
    throw new Problem('invalid_flow', `Flow ${stored.name} ${stored.version} has errors.`, {
      errors: stored.diagnostics,
    });
  const { flows, missing } = await resolveFlows(deps.flows, flow);
  if (missing.length > 0) throw missingFlows(flow.name, missing);
  const { value: input, faults } = checkValue(flow.inputs, request.input ?? {});
  if (faults.length > 0)
    throw new Problem(
      'invalid_input',
      `The input does not fit the inputs of flow ${flow.name}: ${faults.map((fault) => fault.message).join('; ')}.`,
      { errors: faults },
    );
  const run: RunFlowInput = {
    format: 1,
    behaviour: CURRENT_BEHAVIOUR,
    flow,
    flows,
    input,
    trigger: request.trigger ?? {
      type: 'manual',
      source: 'api',
      id: executionId,
      time: new Date(deps.now()).toISOString(),
      data: input,
      headers: {},
    },
    environment,
    ...(deps.organisation !== undefined && { organisation: deps.organisation }),
    config: await deps.config(environment),
    tags,
  };
  const slot = await takeSlot(deps.requestSlot, executionId, run);
  const outcome = await deps.runs.start({ executionId, input: { ...run, ...slot }, memo: { request: fingerprint } });
  if (outcome === 'exists') {
    const known = await deps.runs.describe(executionId);
    if (known !== null) return repeated(known, fingerprint);
  }
  return started(executionId, { flow: flow.name, version: flow.version });
}

/** The version that an execution gets. Throws flow_not_found, version_not_found, environment_not_found, not_deployed. */
export function versionToRun(
  { flows, resolve }: Pick<StartDeps, 'flows' | 'resolve'>,
  request: Parameters<ResolveVersion>[0],
): Promise<StoredFlow> {
  return resolve === undefined ? findFlow(flows, request) : resolve(request);
}

/** The stored flow that a request names. Throws flow_not_found, and version_not_found, naming the latest. */
export async function findFlow(
  flows: Pick<FlowStore, 'get'>,
  { flow, version }: { readonly flow: string; readonly version?: string },
): Promise<StoredFlow> {
  const ref = version === undefined ? flow : `${flowName(flow)}@${version}`;
  const found = await flows.get(ref);
  if (found !== undefined) return found;
  const latest = version === undefined ? undefined : await flows.get(flowName(flow));
  throw new Problem(
    latest === undefined ? 'flow_not_found' : 'version_not_found',
    latest === undefined
      ? `There is no flow ${ref}.`
      : `Flow ${latest.name} has no version ${version}; the latest is ${latest.version}.`,
  );
}

export function started(
  executionId: string,
  flow: { readonly flow: string; readonly version: string },
): StartedExecution {
  return {
    execution_id: executionId,
    flow: flow.flow,
    version: flow.version,
    status: 'running',
    links: linksOf(executionId, flow.flow),
  };
}

function repeated(known: RunDescription, fingerprint: string): StartedExecution {
  if (known.memo.request === fingerprint) return started(known.executionId, known);
  throw new Problem('idempotency_conflict', 'The Idempotency-Key was used for a request with another body.', {
    extra: { execution_id: known.executionId },
  });
}

const flowName = (ref: string): string => (ref.split('@')[0] ?? ref).replaceAll('_', '-');

/** A flow that can't run, because of those that it calls. */
export function missingFlows(flow: string, missing: readonly MissingFlow[]): Problem {
  const errors = missing.flatMap(
    ({ ref, from, invalid }): readonly (Diagnostic | ValueFault)[] =>
      invalid?.diagnostics ?? [
        { code: 'flow_not_found', message: `flow ${ref}, which ${from} calls, is not there`, path: '' },
      ],
  );
  return new Problem(
    'invalid_flow',
    `Flow ${flow} calls flows that can't be run: ${missing.map((one) => one.ref).join(', ')}.`,
    { errors },
  );
}

/** What an idempotency key stands for: everything the caller chose. */
function hashRequest({ input, version, environment, tags }: StartRequest): string {
  return createHash('sha256')
    .update(
      canonicalJson({
        input: input ?? {},
        version: version ?? null,
        environment: environment ?? null,
        tags: [...(tags ?? [])],
      }),
    )
    .digest('hex');
}
