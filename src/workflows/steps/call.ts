import type { ActionRequest, CallbackClaim, ErrorInfo } from '../../activities/contract.ts';
import type { Json } from '../../dsl/ir/json.ts';
import type { CallIr, CallTargetIr } from '../../dsl/ir/step.ts';
import { orCancelled } from '../interpreter/deferred.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import { settingsTimeout } from './settings-timeout.ts';
import type { At } from './at.ts';

/** A lost worker counts as no attempt, at most this often (dsl.md, section 6). */
const MAX_LOST_WORKERS = 10;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A call: its target, then its fallbacks, each with its own retries; then, if it is asynchronous, its callback. */
export async function runCall(at: At, step: CallIr): Promise<Json> {
  const { engine, address } = at;
  for (let index = Number(engine.journal.open(address)['target'] ?? 0); ; index++) {
    const target = step.targets[index];
    if (target === undefined) throw new Error(`step ${address} has no target ${index}`);
    // A fallback starts anew: its own call, its own time to call back.
    if (index > Number(engine.journal.open(address)['target'] ?? 0))
      engine.journal.setOpen(address, { target: index, called: false, until: null });
    try {
      return await (step.awaitCallback || target.completion === 'callback'
        ? callAsynchronous(at, step, target)
        : callTarget(at, step, target));
    } catch (error) {
      // An unknown outcome is not tried elsewhere: it may have happened.
      if (!(error instanceof FlowError) || error.info.code === 'outcome_unknown' || index + 1 >= step.targets.length)
        throw error;
    }
  }
}

async function callTarget(at: At, step: CallIr, target: CallTargetIr, callback?: CallbackClaim): Promise<Json> {
  const { engine, frame, address } = at;
  const { covered, ...request } = requestFor(at, step, target, callback);
  engine.journal.setOpen(address, { sent: true });
  let attemptOffset = 0;
  for (let lost = 0; ; lost++) {
    try {
      return await engine.port.callAction(
        { ...request, covered, attemptOffset },
        { local: step.local, summary: step.description ?? address },
        frame.token,
      );
    } catch (error) {
      if (!(error instanceof FlowError) || error.lostAttempt === null) throw error;
      if (!covered) throw new FlowError(outcomeUnknown(request, error.lostAttempt));
      if (lost >= MAX_LOST_WORKERS)
        throw new FlowError({
          ...place(request),
          code: 'worker_lost',
          message: `${request.adapter}.${request.action}: ${lost + 1} workers were lost during this call`,
          retryable: true,
        });
      attemptOffset = error.lostAttempt - 1;
    }
  }
}

function requestFor(
  at: At,
  step: CallIr,
  target: CallTargetIr,
  callback?: CallbackClaim,
): Omit<ActionRequest, 'attemptOffset'> {
  const { engine, frame, address } = at;
  const { params, fills } = engine.resolveParams(target.params, frame, address);
  const own = step.idempotencyKey === undefined ? null : engine.resolve(step.idempotencyKey, frame, address);
  return {
    adapter: String(engine.resolve(target.adapter, frame, address)),
    action: target.action,
    params,
    fills,
    flow: { name: engine.flow.name, version: engine.flow.version },
    execution: engine.executionId,
    environment: engine.input.environment,
    step: address,
    idempotencyKey:
      own === null ? `${engine.executionId}:${address}:${engine.journal.generation(address)}` : String(own),
    ownKey: own !== null,
    covered: own !== null || isCovered(target, params),
    attemptTimeoutMs: engine.duration(target.attemptTimeout, frame, address),
    retry: engine.retry(target.retry, frame, address),
    firstAttemptAt: engine.port.now(),
    ...(callback !== undefined && { callback }),
    ...(target.pin !== undefined && { pin: target.pin }),
  };
}

function isCovered(target: CallTargetIr, params: Json): boolean {
  if (target.idempotency === 'safe' || target.idempotency === 'key') return true;
  if (target.idempotency === 'none' || params === null || typeof params !== 'object' || Array.isArray(params))
    return false;
  const method = (params as { readonly [key: string]: Json })[target.idempotency.methodParam];
  return SAFE_METHODS.has(typeof method === 'string' ? method.toUpperCase() : 'GET');
}

/** Starts the work, then waits for its callback without holding a worker. A callback before the call's answer counts. */
async function callAsynchronous(at: At, step: CallIr, target: CallTargetIr): Promise<Json> {
  const { engine, frame, address } = at;
  const { target: index, until: known } = engine.journal.open(address);
  const start = engine.journal.get(address)?.start ?? 0;
  const nonce = index === undefined ? String(start) : `${start}.${index}`;
  const until =
    known === undefined || known === null
      ? engine.port.now() + engine.duration(step.callbackTimeout, frame, address)
      : Number(known);
  if (known !== until) engine.journal.setOpen(address, { until });
  const called = engine.inbox.openCallback(address, nonce);
  try {
    if (engine.journal.open(address)['called'] !== true) {
      try {
        await callTarget(at, step, target, { execution: engine.executionId, step: address, nonce, expiresAt: until });
      } catch (error) {
        const payload = engine.journal.open(address)['payload'];
        if (!(error instanceof FlowError) || payload === undefined) throw error;
        return payload;
      }
      engine.journal.setOpen(address, { called: true });
    }
    engine.gate.leave();
    try {
      const outcome = await settingsTimeout(at, step.callbackTimeout, { on: 'callback' }, (token) =>
        orCancelled(called.promise, token),
      );
      if (outcome === 'timeout')
        throw new FlowError({
          code: 'timeout',
          message: `step ${address}: no callback came before ${new Date(until).toISOString()}`,
          status: 408,
          step: address,
          retryable: false,
        });
      return outcome;
    } finally {
      engine.gate.enter();
    }
  } finally {
    engine.inbox.closeCallback(address);
  }
}

const place = (
  request: Pick<ActionRequest, 'adapter' | 'action' | 'step'>,
): Pick<ErrorInfo, 'adapter' | 'action' | 'step'> => ({
  adapter: request.adapter,
  action: request.action,
  step: request.step,
});

function outcomeUnknown(request: Pick<ActionRequest, 'adapter' | 'action' | 'step'>, attempt: number): ErrorInfo {
  return {
    ...place(request),
    code: 'outcome_unknown',
    message: `${request.adapter}.${request.action} was sent, but the worker was lost before its answer: it may or may not have happened`,
    attempt,
    retryable: false,
  };
}
