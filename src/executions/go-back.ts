import { randomUUID } from 'node:crypto';
import type { FlowIr } from '../dsl/ir/flow.ts';
import type { Json } from '../dsl/ir/json.ts';
import { resolveFlows } from '../flows/resolve-flows.ts';
import { Problem } from '../problems/problem.ts';
import { type RollbackMessage, type RunFlowInput, UPDATES } from '../workflows/contract.ts';
import { CURRENT_BEHAVIOUR } from '../workflows/interpreter/behaviours.ts';
import type { Memo } from '../workflows/interpreter/memo.ts';
import { StepNotAvailable, truncateMemo } from '../workflows/interpreter/truncate-memo.ts';
import { checkValue } from './check-value.ts';
import { newExecutionId } from './execution-id.ts';
import { linksOf } from './execution-view.ts';
import { findStepIr } from './find-step.ts';
import type { ExecutionReader, LoadedExecution } from './read-execution.ts';
import type { UpdateAnswer } from './runs.ts';
import { missingFlows, type StartDeps, type StartedExecution, started, versionToRun } from './start-execution.ts';

export interface GoBackDeps extends StartDeps {
  readonly reader: ExecutionReader;
}

/** Rolls an execution back to before a step, running or ended: same id, a new run. Throws execution_not_found, step_not_found, ambiguous_step, rollback_refused, no_worker. */
export async function rollBack(
  deps: GoBackDeps,
  executionId: string,
  request: RollbackMessage,
): Promise<StartedExecution> {
  const loaded = await deps.reader.load(executionId);
  const answer = started(executionId, {
    flow: loaded.reader.input.flow.name,
    version: loaded.reader.input.flow.version,
  });
  if (isRunning(loaded)) {
    const outcome = await sendRollback(deps, executionId, request);
    if (outcome.kind === 'done') return answer;
    if (outcome.kind === 'refused') throw refusal(outcome.code, outcome.message);
    return rollBack(deps, executionId, request); // it has ended in between
  }
  if (loaded.description.archived === true)
    throw new Problem(
      'rollback_refused',
      `Execution ${executionId} ended too long ago: Temporal has forgotten it. Re-run it instead, from any step.`,
    );
  const memo = cut(loaded, request.to, { newKeys: request.newKeys === true });
  if (request.compensate !== true || !ENDED_UNCOMPENSATED.has(loaded.description.status)) {
    await goOn(deps, loaded, { memo, rolledBackTo: request.to });
    return answer;
  }
  if (loaded.description.status === 'terminated')
    throw new Problem(
      'rollback_refused',
      'A terminated execution was cut off in the middle of its steps: it can be rolled back, but not be compensated first.',
    );
  // The whole past again, held at its end: what was done since is then compensated by the workflow itself.
  await goOn(deps, loaded, { memo: { ...loaded.reader.memo(), paused: true, deadline: null }, rolledBackTo: null });
  const outcome = await sendRollback(deps, executionId, request);
  if (outcome.kind === 'done') return answer;
  throw outcome.kind === 'refused'
    ? refusal(outcome.code, outcome.message)
    : new Problem('rollback_refused', 'The execution ended again before it could be rolled back.');
}

/** Failed, cancelled and timed-out executions have been compensated when they ended. */
const ENDED_UNCOMPENSATED: ReadonlySet<string> = new Set(['completed', 'terminated']);

function sendRollback(deps: GoBackDeps, executionId: string, request: RollbackMessage): Promise<UpdateAnswer> {
  return deps.runs.update({ executionId, name: UPDATES.rollback, id: randomUUID(), argument: { ...request } });
}

async function goOn(
  deps: GoBackDeps,
  { id, reader, description }: LoadedExecution,
  { memo, rolledBackTo }: { readonly memo: Memo; readonly rolledBackTo: string | null },
): Promise<void> {
  const { slotHeld: _held, slotCoordinator: _coordinator, ...input } = reader.input;
  const startedAt = input.startedAt ?? reader.trace[0]?.at ?? description.startedAt.getTime();
  const outcome = await deps.runs.start({
    executionId: id,
    input: { ...input, startedAt, memo },
    memo: { ...description.memo, previous_run: description.runId, rolled_back_to: rolledBackTo },
    again: true,
  });
  if (outcome === 'exists') throw new Problem('rollback_refused', `Execution ${id} runs again already.`);
}

export interface RerunRequest {
  /** Step to begin with; what was before it is taken over. Left out: from the start. */
  readonly from?: string;
  /** Version or range of the same flow; left out: the version that ran. */
  readonly version?: string;
  /** Left out: the input that it ran with. */
  readonly input?: Json;
}
export interface RerunStarted extends StartedExecution {
  readonly origin: { readonly execution_id: string; readonly from?: string };
}

/** Starts a new execution from an ended one. Throws execution_not_found, execution_running, flow_not_found, invalid_flow, invalid_input, step_not_found. */
export async function rerun(deps: GoBackDeps, executionId: string, request: RerunRequest): Promise<RerunStarted> {
  const loaded = await deps.reader.load(executionId);
  if (isRunning(loaded)) throw new Problem('execution_running', `Execution ${executionId} has not ended.`);
  const before = loaded.reader.input;
  const id = newExecutionId(deps.now());
  const { flow, flows } = await flowsOf(deps, { before, version: request.version, executionId: id });
  if (request.from !== undefined && findStepIr(flow, request.from) === undefined)
    throw new Problem('step_not_found', `Flow ${flow.name} ${flow.version} has no step ${request.from}.`);
  const { value: input, faults } = checkValue(flow.inputs, request.input ?? before.input);
  if (faults.length > 0)
    throw new Problem(
      'invalid_input',
      `The input does not fit the inputs of flow ${flow.name}: ${faults.map((fault) => fault.message).join('; ')}.`,
      { errors: faults },
    );
  const origin = { execution_id: executionId, ...(request.from !== undefined && { from: request.from }) };
  const run: RunFlowInput = {
    format: 1,
    behaviour: CURRENT_BEHAVIOUR,
    flow,
    flows,
    input,
    trigger: request.input === undefined ? before.trigger : { ...before.trigger, data: input },
    environment: before.environment,
    config: await deps.config(before.environment),
    tags: before.tags,
    origin,
    ...(request.from !== undefined && { memo: cut(loaded, request.from, { newKeys: true }) }),
  };
  await deps.runs.start({ executionId: id, input: run, memo: {} });
  return { ...started(id, { flow: flow.name, version: flow.version }), links: linksOf(id, flow.name), origin };
}

async function flowsOf(
  deps: GoBackDeps,
  {
    before,
    version,
    executionId,
  }: { readonly before: RunFlowInput; readonly version: string | undefined; readonly executionId: string },
): Promise<{ flow: FlowIr; flows: RunFlowInput['flows'] }> {
  if (version === undefined) return { flow: before.flow, flows: before.flows };
  // As for a start: where only deployed versions run, a re-run is no way round that.
  const { environment, input } = before;
  const stored = await versionToRun(deps, { flow: before.flow.name, version, environment, input, executionId });
  if (stored.ir === undefined)
    throw new Problem('invalid_flow', `Flow ${stored.name} ${stored.version} has errors.`, {
      errors: stored.diagnostics,
    });
  const { flows, missing } = await resolveFlows(deps.flows, stored.ir);
  if (missing.length > 0) throw missingFlows(stored.name, missing);
  return { flow: stored.ir, flows };
}

function cut({ reader }: LoadedExecution, to: string, options: { readonly newKeys: boolean }): Memo {
  try {
    return truncateMemo(reader.memo(), to, { flow: reader.input.flow, newKeys: options.newKeys });
  } catch (error) {
    if (error instanceof StepNotAvailable) throw refusal(error.code, error.message);
    throw error;
  }
}

function refusal(code: string, message: string): Problem {
  if (code === 'step_not_found') return new Problem('step_not_found', message);
  return code === 'ambiguous_step' ? new Problem('ambiguous_step', message) : new Problem('rollback_refused', message);
}

const isRunning = ({ description }: LoadedExecution): boolean =>
  description.status === 'running' || description.status === 'continued';
