import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  defineSignal,
  defineUpdate,
  makeContinueAsNewFunc,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ErrorInfo } from '../activities/contract.ts';
import type { Json } from '../dsl/ir/json.ts';
import {
  type CallbackMessage,
  type DecisionMessage,
  type EventMessage,
  type RollbackMessage,
  type RunFlowInput,
  SIGNALS,
  TIMED_OUT_TYPE,
  UPDATES,
} from './contract.ts';
import { errorJson } from './interpreter/flow-error.ts';
import { type Ending, Execution, Refused } from './interpreter/execution.ts';
import { TemporalPort } from './runtime/temporal-port.ts';

/** The generic workflow: runs any flow. Registered as the default, so that each flow shows under its own name. */
export async function runFlow(input: RunFlowInput): Promise<Json> {
  const port = new TemporalPort(input);
  const execution = new Execution({ input, executionId: workflowInfo().workflowId, port });
  listen(execution, port);
  CancellationScope.current().cancelRequested.catch(() => execution.cancel());
  // Cancelling is the interpreter's business: it reaches every wait by tokens and leaves clean-up alone.
  const ending = await CancellationScope.nonCancellable(() => execution.run());
  return conclude(ending, input, { port, size: execution.size });
}

function listen(execution: Execution, port: TemporalPort): void {
  const refusing = <A>(check: (argument: A) => void) => ({
    validator: (argument: A): void => {
      try {
        check(argument);
      } catch (error) {
        throw error instanceof Refused ? ApplicationFailure.nonRetryable(error.message, error.code) : error;
      }
    },
  });
  setHandler(
    defineUpdate<{ delivered: 'step' | 'kept' }, [EventMessage]>(UPDATES.event),
    (message) => execution.deliverEvent(message),
    refusing((message: EventMessage) => execution.checkEvent(message)),
  );
  setHandler(
    defineUpdate<{ accepted: true }, [CallbackMessage]>(UPDATES.callback),
    (message) => execution.completeCallback(message),
    refusing((message: CallbackMessage) => execution.checkCallback(message)),
  );
  setHandler(
    defineUpdate<{ accepted: true; step: string }, [DecisionMessage]>(UPDATES.decide),
    (message) => execution.decide(message),
    refusing((message: DecisionMessage) => execution.checkDecision(message)),
  );
  setHandler(
    defineUpdate<{ accepted: true }, [RollbackMessage]>(UPDATES.rollback),
    (message) => execution.rollBack(message),
    refusing((message: RollbackMessage) => execution.checkRollback(message)),
  );
  setHandler(defineSignal(SIGNALS.pause), () => execution.pause());
  setHandler(defineSignal(SIGNALS.resume), () => execution.resume());
  setHandler(defineSignal(SIGNALS.slotGranted), () => port.slot.granted());
}

/**
 * A workflow task's time-out, ms, for a run that has to read results of so many characters first. The usual 2 s (for quick
 * recovery) are enough for a few MiB on a loaded core.
 */
const taskTimeout = (size: number): number => (size < 4 * 2 ** 20 ? 2_000 : size < 32 * 2 ** 20 ? 15_000 : 60_000);

async function conclude(
  ending: Ending,
  input: RunFlowInput,
  { port, size }: { port: TemporalPort; size: number },
): Promise<Json> {
  switch (ending.kind) {
    case 'completed':
      return ending.output;
    case 'failed':
      throw failure(ending.error.code, ending.error);
    case 'timed_out':
      throw failure(TIMED_OUT_TYPE, ending.error);
    case 'cancelled':
      throw new CancelledFailure('the execution was cancelled');
    case 'continue': {
      const { coordinator } = port.slot;
      const next: RunFlowInput = {
        ...input,
        memo: ending.memo,
        attempt: ending.attempt,
        startedAt: input.startedAt ?? workflowInfo().startTime.getTime(),
        ...(coordinator !== null && { slotHeld: true, slotCoordinator: coordinator }),
      };
      return makeContinueAsNewFunc<typeof runFlow>({
        workflowType: workflowInfo().workflowType,
        workflowTaskTimeout: taskTimeout(size),
      })(next);
    }
  }
}

const failure = (type: string, error: ErrorInfo): ApplicationFailure =>
  ApplicationFailure.create({ type, message: error.message, nonRetryable: true, details: [errorJson(error)] });
