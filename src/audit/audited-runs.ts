import type { Json, JsonObject } from '../dsl/ir/json.ts';
import type { Runs, StartRun, UpdateAnswer, UpdateRequest } from '../executions/runs.ts';
import { PROBLEM_CATALOGUE } from '../problems/catalogue.ts';
import { Problem } from '../problems/problem.ts';
import { SIGNALS, UPDATES } from '../workflows/contract.ts';
import type { AuditContext, AuditEntry } from './entry.ts';
import type { IntentOutcome, Intents } from './intents.ts';

type Ending = readonly [IntentOutcome, JsonObject?];
const DONE: Ending = ['success'];

/**
 * Runs whose changes are audited: an intent is durable before Temporal is called, how it ended is recorded after. What was refused
 * is a failure. Where nobody can say (no answer in time), the intent stays open, and the reconciler finds out. Throws
 * store_unavailable before anything was done. Callbacks, and events given by Weir itself, are in Temporal's history only.
 */
export function auditedRuns(runs: Runs, intents: Intents, context: AuditContext): Runs {
  async function audited<T>(
    { action, executionId, details = {} }: { action: string; executionId: string; details?: JsonObject },
    call: (intent: string) => Promise<T>,
    endingOf: (result: T) => Ending = () => DONE,
  ): Promise<T> {
    const entry: AuditEntry = { action, subject: { type: 'execution', id: executionId }, details };
    const intent = await intents.open(context, entry);
    let result: T;
    try {
      result = await call(intent.id);
    } catch (error) {
      const code = refusalOf(error);
      if (code !== null) intents.settle(intent, 'failure', { code });
      throw error;
    }
    intents.settle(intent, ...endingOf(result));
    return result;
  }

  return {
    ...runs,
    start: (request) =>
      audited(
        { action: startAction(request), executionId: request.executionId, details: startDetails(request) },
        (intent) => runs.start({ ...request, memo: { ...request.memo, intent } }),
        (result) => (result === 'started' ? DONE : ['failure', { code: 'exists' }]),
      ),
    cancel: (executionId) => audited({ action: 'execution.cancel', executionId }, () => runs.cancel(executionId)),
    terminate: (executionId, reason) =>
      audited({ action: 'execution.terminate', executionId }, () => runs.terminate(executionId, reason)),
    signal(executionId, name, argument) {
      const action = SIGNAL_ACTIONS[name];
      const call = () => runs.signal(executionId, name, argument);
      return action === undefined ? call() : audited({ action, executionId }, call);
    },
    update(request) {
      const audit = updateAction(request, context);
      const call = () => runs.update(request);
      return audit === null ? call() : audited({ ...audit, executionId: request.executionId }, call, endingOfUpdate);
    },
  };
}

const SIGNAL_ACTIONS: Readonly<Record<string, string>> = {
  [SIGNALS.pause]: 'execution.pause',
  [SIGNALS.resume]: 'execution.resume',
};

function startAction({ again, input }: StartRun): string {
  if (again === true) return 'execution.rollback';
  return input.origin === undefined ? 'execution.start' : 'execution.rerun';
}

function startDetails({ again, input, memo }: StartRun): JsonObject {
  const { flow, environment, trigger, origin } = input;
  return {
    flow: flow.name,
    version: flow.version,
    environment,
    trigger: { type: trigger.type, source: trigger.source, id: trigger.id },
    ...(origin !== undefined && { origin: { ...origin } }),
    ...(again === true && { new_run: true, to: memo.rolled_back_to ?? null }),
  };
}

/** Null for updates that need no audit record. */
function updateAction(
  { name, argument }: UpdateRequest,
  { principal }: AuditContext,
): { readonly action: string; readonly details: JsonObject } | null {
  const { type = null, id = null, step = null, approved = null, to = null, compensate = false } = mapOf(argument);
  if (name === UPDATES.decide) return { action: 'execution.decide', details: { step, approved } };
  if (name === UPDATES.rollback) return { action: 'execution.rollback', details: { to, compensate } };
  if (name === UPDATES.event && principal.kind !== 'system')
    return { action: 'execution.signal', details: { type, event_id: id } };
  return null;
}

function endingOfUpdate(answer: UpdateAnswer): Ending {
  if (answer.kind === 'done') return DONE;
  return ['failure', { code: answer.kind === 'ended' ? 'execution_ended' : answer.code }];
}

/** Code of an error that says that nothing was done; null where that is not certain. */
function refusalOf(error: unknown): string | null {
  return error instanceof Problem && PROBLEM_CATALOGUE[error.code].status < 500 ? error.code : null;
}

function mapOf(value: Json): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : {}; // a map
}
