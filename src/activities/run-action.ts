// One attempt of one call: completes its params, runs the adapter's function within its bounds, and lets nothing out
// that is not JSON, too large, or secret. Knows nothing of what comes before or after in the flow.
import { CancelledFailure } from '@temporalio/common';
import type { ActionContext, Adapter } from '../adapters/adapter.ts';
import { ActionError } from '../adapters/action-error.ts';
import type { AdapterRegistry } from '../adapters/registry.ts';
import { problemsText, validateAgainst } from '../adapters/schema-validator.ts';
import type { Json } from '../dsl/ir/json.ts';
import { boundedCall, type Ended } from './bounded-call.ts';
import type { CallbackUrls } from './callback-urls.ts';
import { checkResult } from './check-result.ts';
import type { ActionRequest } from './contract.ts';
import { fillParams } from './fill-params.ts';
import { createActionLog, type LogLine } from './action-log.ts';
import { Masker } from './secrets/masker.ts';
import type { SecretsResolver } from './secrets/secrets.ts';
import { toApplicationFailure } from './to-application-failure.ts';

export interface ActivityDeps {
  readonly registry: Pick<AdapterRegistry, 'find'>;
  readonly secrets: SecretsResolver;
  readonly callbackUrls: CallbackUrls;
  /** Takes masked lines of the execution's log. Default: JSON lines on stderr. */
  readonly log?: (line: LogLine) => void;
  /** Ms since the epoch. Default the system's clock. */
  readonly now?: () => number;
  /** Default Math.random. */
  readonly random?: () => number;
  /** Default 700 ms: also the time before the first heartbeat, so that quick calls send none. */
  readonly heartbeatMs?: number;
}

/** What Temporal tells of this attempt. */
export interface AttemptInfo {
  /** 1-based, within this activity. */
  readonly attempt: number;
  /** Its reason is a CancelledFailure. */
  readonly cancellation: AbortSignal;
  readonly heartbeat?: () => void;
}

/** Rejects with ApplicationFailure (type = error code, details = [ErrorInfo]) or, once cancelled, CancelledFailure. */
export async function runAction(request: ActionRequest, deps: ActivityDeps, info: AttemptInfo): Promise<Json> {
  const masker = new Masker();
  const now = deps.now ?? Date.now;
  try {
    const ended = await perform(request, deps, { info, masker });
    return masker.json(checkResult(valueOf(ended, request, info)));
  } catch (error) {
    if (error instanceof CancelledFailure) throw error;
    throw toApplicationFailure(error, {
      request,
      masker,
      now: now(),
      random: deps.random ?? Math.random,
      attempt: info.attempt + request.attemptOffset,
    });
  }
}

async function perform(
  request: ActionRequest,
  deps: ActivityDeps,
  scope: { info: AttemptInfo; masker: Masker },
): Promise<Ended<unknown>> {
  const { info, masker } = scope;
  const adapter = await findAdapter(request, deps);
  const action = Object.hasOwn(adapter.actions, request.action) ? adapter.actions[request.action] : undefined;
  const manifest = Object.hasOwn(adapter.manifest.actions, request.action)
    ? adapter.manifest.actions[request.action]
    : undefined;
  if (action === undefined || manifest === undefined) {
    throw new ActionError({
      code: 'action_not_found',
      message: `The adapter ${request.adapter} has no action ${request.action}.`,
      outcome: 'not_sent',
    });
  }
  const secret = async (name: string): Promise<string> => {
    const value = await deps.secrets.resolve(name);
    masker.add(value);
    return value;
  };
  const params = await fillParams(request.params, request.fills, {
    secret,
    callbackUrl: () => callbackUrl(request, deps, masker),
  });
  if (manifest.input !== undefined) {
    const problems = validateAgainst(manifest.input, params);
    if (problems.length > 0)
      throw new ActionError({
        code: 'validation_failed',
        message: `The params of ${request.adapter}.${request.action} are not valid: ${problemsText(problems)}.`,
        outcome: 'not_sent',
        details: { problems: problems.map(({ path, message }) => ({ path, message })) },
      });
  }
  const attempt = info.attempt + request.attemptOffset;
  const log = createActionLog({
    request,
    attempt,
    masker,
    ...(deps.log !== undefined && { sink: deps.log }),
    now: deps.now ?? Date.now,
  });
  const context: Omit<ActionContext, 'signal'> = {
    attempt,
    log,
    secret,
    idempotencyKey: request.idempotencyKey,
    ownKey: request.ownKey,
    execution: request.execution,
    step: request.step,
    environment: request.environment,
  };
  const { heartbeat } = info;
  return boundedCall<unknown>((signal) => action(params, { ...context, signal }), {
    timeoutMs: request.attemptTimeoutMs,
    cancellation: info.cancellation,
    ...(heartbeat !== undefined && { heartbeat: { everyMs: deps.heartbeatMs ?? 700, beat: heartbeat } }),
  });
}

async function findAdapter(request: ActionRequest, deps: ActivityDeps): Promise<Adapter> {
  const adapter = await deps.registry.find(request.adapter, request.pin);
  if (adapter !== undefined) return adapter;
  // Another worker, or this one after its next reload, may have it.
  const which = request.pin === undefined ? '' : ' in the version that this flow was checked against';
  throw new ActionError({
    code: 'adapter_unavailable',
    status: 503,
    message: `This worker has no adapter ${request.adapter}${which}.`,
    retryable: true,
    outcome: 'not_sent',
  });
}

function callbackUrl(request: ActionRequest, deps: ActivityDeps, masker: Masker): string {
  if (request.callback === undefined) {
    throw new ActionError({
      code: 'validation_failed',
      message: '$execution.callback_url is there only for steps that wait for a callback.',
      outcome: 'not_sent',
    });
  }
  const url = deps.callbackUrls(request.callback);
  masker.add(url.slice(url.lastIndexOf('/') + 1)); // the token is a credential
  return url;
}

function valueOf(ended: Ended<unknown>, request: ActionRequest, info: AttemptInfo): unknown {
  switch (ended.kind) {
    case 'value':
      return ended.value;
    case 'error':
      throw ended.error;
    case 'timeout':
      throw timeoutError(ended.error, request);
    case 'cancelled':
      throw cancellation(ended.error, request, info);
  }
}

/** A call that was stopped may have happened, unless the adapter knows that nothing was sent. */
function outcomeOf(error: unknown): 'not_sent' | 'unknown' {
  return error instanceof ActionError && error.outcome === 'not_sent' ? 'not_sent' : 'unknown';
}

function timeoutError(error: unknown, request: ActionRequest): ActionError {
  return new ActionError({
    code: 'timeout',
    status: 408,
    message: `${request.adapter}.${request.action} gave no result within ${request.attemptTimeoutMs} ms.`,
    retryable: true,
    outcome: outcomeOf(error),
  });
}

function cancellation(error: unknown, request: ActionRequest, info: AttemptInfo): Error {
  const reason: unknown = info.cancellation.reason;
  const cancelled = reason instanceof CancelledFailure ? reason : new CancelledFailure('CANCELLED');
  if (cancelled.message !== 'WORKER_SHUTDOWN') return cancelled;
  // Nobody has cancelled the step: its worker goes away. Reported like a lost worker, which costs covered calls no attempt.
  const outcome = outcomeOf(error);
  return new ActionError({
    code: 'worker_lost',
    message: `The worker was shut down during ${request.adapter}.${request.action}.`,
    retryable: true,
    outcome,
  });
}
