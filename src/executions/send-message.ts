import { randomUUID } from 'node:crypto';
import type { Json } from '../dsl/ir/json.ts';
import { Problem } from '../problems/problem.ts';
import { type DecisionMessage, type EventMessage, UPDATES } from '../workflows/contract.ts';
import { checkValue } from './check-value.ts';
import { findStepIr } from './find-step.ts';
import type { Runs } from './runs.ts';
import { ended, openRun } from './steer-execution.ts';

export interface DeliveredEvent {
  readonly execution_id: string;
  readonly event_id: string;
  /** `step`: a wait took it. `kept`: for a later wait. */
  readonly delivered: 'step' | 'kept';
}

/** Gives an event to one execution; the same id counts once. Throws execution_not_found, execution_ended, event_buffer_full, no_worker. */
export async function signalExecution(
  runs: Runs,
  executionId: string,
  event: Omit<EventMessage, 'id'> & { readonly id?: string },
): Promise<DeliveredEvent> {
  await openRun(runs, executionId);
  const message = { ...event, id: event.id ?? randomUUID() };
  const answer = await runs.update({ executionId, name: UPDATES.event, id: message.id, argument: { ...message } });
  if (answer.kind === 'ended') throw ended(executionId);
  if (answer.kind === 'refused') {
    if (answer.code === 'event_buffer_full') throw new Problem('event_buffer_full', answer.message);
    throw new Error(`the event was refused with ${answer.code}: ${answer.message}`);
  }
  return {
    execution_id: executionId,
    event_id: message.id,
    delivered: fieldOf(answer.result, 'delivered') === 'step' ? 'step' : 'kept',
  };
}

export interface Decision {
  readonly approved: boolean;
  readonly comment?: string | null;
  readonly form?: Json;
  /** Who decides: the name that the flow is given. */
  readonly by: string | null;
  /** Who decides, as the credential proved it; kept in the history. */
  readonly byId?: string;
}
export interface Decided {
  readonly execution_id: string;
  /** Path of the approval. */
  readonly step: string;
  readonly approved: boolean;
}

/**
 * Decides an open approval. A form is checked when the answer is yes, or when one is sent. Throws execution_not_found,
 * step_not_found, invalid_form (still open), approval_not_open, ambiguous_step, execution_ended, no_worker.
 */
export async function decideApproval(
  runs: Runs,
  executionId: string,
  step: string,
  decision: Decision,
): Promise<Decided> {
  const run = await runs.describe(executionId);
  if (run === null) throw new Problem('execution_not_found', `There is no execution ${executionId}.`);
  if (run.archived === true) throw ended(executionId);
  const { flow } = await runs.input(executionId);
  const approval = findStepIr(flow, step);
  if (approval?.kind !== 'approve') {
    throw new Problem(
      'step_not_found',
      approval === undefined
        ? `Flow ${flow.name} has no step ${step}.`
        : `Step ${step} is a ${approval.kind}, not an approval.`,
    );
  }
  if (run.status !== 'running' && run.status !== 'continued') throw ended(executionId);
  const form = decision.form ?? null;
  const checked =
    approval.form !== undefined && (decision.approved || form !== null)
      ? checkValue(approval.form, form ?? {})
      : { value: form, faults: [] };
  if (checked.faults.length > 0)
    throw new Problem(
      'invalid_form',
      `The form does not fit the schema of ${step}: ${checked.faults.map((fault) => fault.message).join('; ')}.`,
      { errors: checked.faults },
    );
  const message: DecisionMessage & { readonly by_id?: string } = {
    ...(decision.byId !== undefined && { by_id: decision.byId }),
    step,
    approved: decision.approved,
    comment: decision.comment ?? null,
    form: checked.value,
    by: decision.by,
  };
  const answer = await runs.update({ executionId, name: UPDATES.decide, id: randomUUID(), argument: { ...message } });
  if (answer.kind === 'ended') throw ended(executionId);
  if (answer.kind === 'refused') {
    if (answer.code === 'not_open') throw new Problem('approval_not_open', `The approval ${step} is not open.`);
    if (answer.code === 'ambiguous_step') throw new Problem('ambiguous_step', answer.message);
    throw new Error(`the decision was refused with ${answer.code}: ${answer.message}`);
  }
  const path = fieldOf(answer.result, 'step');
  return { execution_id: executionId, step: typeof path === 'string' ? path : step, approved: decision.approved };
}

function fieldOf(value: Json, name: string): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined; // a map
}
