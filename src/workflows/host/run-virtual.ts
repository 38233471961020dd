import type { ErrorInfo } from '../../activities/contract.ts';
import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type {
  CallbackMessage,
  DecisionMessage,
  EventMessage,
  ExecutionStatus,
  RunFlowInput,
  TriggerEvent,
} from '../contract.ts';
import { CURRENT_BEHAVIOUR } from '../interpreter/behaviours.ts';
import { type Ending, Execution } from '../interpreter/execution.ts';
import { errorJson } from '../interpreter/flow-error.ts';
import type { TraceEvent } from '../interpreter/trace.ts';
import { VirtualClock } from './virtual-clock.ts';
import { nextInput, VirtualPort, type VirtualWorld } from './virtual-port.ts';

/** What happens to the execution from outside, ms after its start; below 0: before it does anything. A callback without a nonce means the open one. */
export interface ScriptedEvent {
  readonly at: number;
  readonly do:
    | ({ readonly kind: 'event' } & EventMessage)
    | ({ readonly kind: 'callback' } & Omit<CallbackMessage, 'nonce'>)
    | ({ readonly kind: 'decision' } & DecisionMessage)
    | { readonly kind: 'cancel' | 'pause' | 'resume' };
}

export interface VirtualRun {
  readonly flow: FlowIr;
  readonly flows?: Readonly<Record<string, FlowIr>>;
  readonly input: Json;
  readonly trigger?: TriggerEvent;
  readonly config?: JsonObject;
  readonly call: VirtualWorld['call'];
  readonly script?: readonly ScriptedEvent[];
  readonly onEmit?: VirtualWorld['onEmit'];
  readonly checkInput?: VirtualWorld['checkInput'];
  readonly resolveFlow?: VirtualWorld['resolveFlow'];
  readonly historyIsLong?: VirtualWorld['historyIsLong'];
  /** ms since the epoch; a fixed instant by default, so that runs repeat exactly. */
  readonly startAt?: number;
  readonly memo?: RunFlowInput['memo'];
}

export interface VirtualResult {
  readonly status: ExecutionStatus;
  readonly output: Json | null;
  readonly error: ErrorInfo | null;
  readonly trace: readonly TraceEvent[];
  /** Virtual time from start to end. */
  readonly elapsedMs: number;
  /** What it was doing when nothing more could happen (status is then `waiting`). */
  readonly stuck: boolean;
  readonly memo: NonNullable<RunFlowInput['memo']>;
}

const START_AT = Date.UTC(2026, 0, 1);
const EXECUTION_ID = '00000000-0000-7000-8000-000000000000';

/** Runs a flow in virtual time: `weir test`, dry runs, property tests. Rejects when `call` throws. */
export async function runVirtual(run: VirtualRun): Promise<VirtualResult> {
  const startAt = run.startAt ?? START_AT;
  const clock = new VirtualClock(startAt);
  const trace: TraceEvent[] = [];
  const broken: unknown[] = [];
  let ids = 0;
  const world: VirtualWorld = {
    clock,
    nextId: () => ++ids,
    call: run.call,
    broken: (error) => broken.push(error),
    ...(run.onEmit && { onEmit: run.onEmit }),
    ...(run.checkInput && { checkInput: run.checkInput }),
    ...(run.resolveFlow && { resolveFlow: run.resolveFlow }),
    ...(run.historyIsLong && { historyIsLong: run.historyIsLong }),
  };
  let input: RunFlowInput = {
    format: 1,
    behaviour: CURRENT_BEHAVIOUR,
    flow: run.flow,
    flows: run.flows ?? {},
    input: run.input,
    environment: 'test',
    config: run.config ?? {},
    tags: [],
    trigger: run.trigger ?? {
      type: 'manual',
      source: 'test',
      id: EXECUTION_ID,
      time: new Date(startAt).toISOString(),
      data: run.input,
      headers: {},
    },
    startedAt: startAt,
    ...(run.memo && { memo: run.memo }),
  };
  const portFor = (of: RunFlowInput, nth: number): VirtualPort =>
    new VirtualPort({
      world,
      input: of,
      executionId: EXECUTION_ID,
      run: nth,
      trace: (event) => void trace.push(event),
    });
  let runs = 0;
  let port = portFor(input, runs);
  let execution = new Execution({ input, executionId: EXECUTION_ID, port });
  let ended: Exclude<Ending, { kind: 'continue' }> | null = null;

  for (const event of run.script ?? []) {
    if (event.at < 0) apply(execution, event);
    else clock.at(startAt + event.at, () => apply(execution, event));
  }
  const go = async (): Promise<void> => {
    for (;;) {
      const ending = await execution.run();
      if (ending.kind !== 'continue') return void (ended = ending);
      port.abandon();
      input = nextInput(input, ending);
      port = portFor(input, ++runs);
      execution = new Execution({ input, executionId: EXECUTION_ID, port });
    }
  };
  go().catch((error: unknown) => broken.push(error));
  const how = await clock.run(() => ended !== null || broken.length > 0);
  if (broken.length > 0) throw broken[0];
  return { ...summary(ended), trace, elapsedMs: clock.now - startAt, stuck: how === 'stuck', memo: execution.memo() };
}

function summary(
  ended: Exclude<Ending, { kind: 'continue' }> | null,
): Pick<VirtualResult, 'status' | 'output' | 'error'> {
  if (ended === null) return { status: 'waiting', output: null, error: null };
  const error =
    ended.kind === 'failed' || ended.kind === 'timed_out' ? (errorJson(ended.error) as unknown as ErrorInfo) : null; // the same, without absent fields
  return { status: ended.kind, output: ended.kind === 'completed' ? ended.output : null, error };
}

function apply(execution: Execution, event: ScriptedEvent): void {
  const { do: what } = event;
  switch (what.kind) {
    case 'event':
      return void execution.deliverEvent(what);
    case 'decision':
      return void execution.decide(what);
    case 'callback':
      return void execution.completeCallback({ ...what, nonce: execution.openNonce(what.step) });
    case 'cancel':
      return execution.cancel();
    case 'pause':
      return execution.pause();
    case 'resume':
      return execution.resume();
  }
}
