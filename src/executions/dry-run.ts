import type { ActionRequest, ErrorInfo } from '../activities/contract.ts';
import type { AdapterManifest } from '../adapters/manifest.ts';
import type { Json } from '../dsl/ir/json.ts';
import type { StepIr } from '../dsl/ir/step.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import { resolveFlows } from '../flows/resolve-flows.ts';
import { Problem } from '../problems/problem.ts';
import type { runVirtual } from '../workflows/host/run-virtual.ts';
import { checkValue } from './check-value.ts';
import { keyOf } from './find-step.ts';
import { sampleOf } from './sample-of.ts';
import { findFlow } from './start-execution.ts';
import { stepViews } from './step-views.ts';
import type { StepView } from './view.ts';
import { walkSteps } from './walk-steps.ts';

export type Mock =
  | { readonly return: Json }
  | {
      readonly fail: {
        readonly code: string;
        readonly message?: string | undefined;
        readonly [field: string]: unknown;
      };
    };
export interface DryRunRequest {
  readonly flow: string;
  readonly version?: string;
  readonly input: Json;
  /** By step id or `adapter.action`; of a list one entry a call, the last repeats. */
  readonly mocks: Readonly<Record<string, Mock | readonly Mock[]>>;
}

export interface DryRun {
  readonly flow: string;
  readonly version: string;
  /** `waiting`: it would wait for something from outside, such as a decision. */
  readonly status: string;
  readonly output: Json | null;
  readonly error: ErrorInfo | null;
  /** Virtual time. */
  readonly elapsed_ms: number;
  /** Every step of the flow, in the order of the source. */
  readonly plan: readonly PlannedStep[];
  /** What ran. */
  readonly steps: readonly StepView[];
}
export interface PlannedStep {
  readonly id: string;
  readonly kind: string;
  readonly line: number;
  readonly adapter?: string;
  readonly action?: string;
}

/** Nothing outside answers faster; it makes waits and time-outs visible. */
const CALL_MS = 100;

/** Runs a flow in virtual time; nothing outside is called. Throws flow_not_found, invalid_flow, invalid_input. */
export async function dryRun(
  deps: { readonly flows: FlowStore; readonly runVirtual: typeof runVirtual },
  request: DryRunRequest,
): Promise<DryRun> {
  const stored = await findFlow(deps.flows, {
    flow: request.flow,
    ...(request.version !== undefined && { version: request.version }),
  });
  const { ir: flow } = stored;
  if (flow === undefined)
    throw new Problem('invalid_flow', `Flow ${stored.name} ${stored.version} has errors.`, {
      errors: stored.diagnostics,
    });
  const { value: input, faults } = checkValue(flow.inputs, request.input);
  if (faults.length > 0)
    throw new Problem(
      'invalid_input',
      `The input does not fit the inputs of flow ${flow.name}: ${faults.map((fault) => fault.message).join('; ')}.`,
      { errors: faults },
    );
  const { flows } = await resolveFlows(deps.flows, flow);
  const { adapters } = await deps.flows.environment();
  const attempts = new Map<string, { attempts: number }>();
  const result = await deps.runVirtual({
    flow,
    flows,
    input,
    call: answers(request, adapters, attempts),
    checkInput: (sub) => checkValue(sub.schema, sub.input).value,
  });
  const trace = result.trace.map((event, i) => ({ ...event, id: `0.${i}` }));
  const views = stepViews(
    { trace, memo: () => result.memo, attempts, input: { flow } },
    [],
    result.status === 'waiting',
  );
  const plan: PlannedStep[] = [];
  walkSteps(flow, (step) => plan.push(planned(step)));
  plan.sort((a, b) => a.line - b.line);
  return {
    flow: flow.name,
    version: flow.version,
    status: result.status,
    output: result.output,
    error: result.error,
    elapsed_ms: result.elapsedMs,
    plan,
    steps: views.steps,
  };
}

type Call = Parameters<typeof runVirtual>[0]['call'];

function answers(
  { mocks }: DryRunRequest,
  adapters: ReadonlyMap<string, AdapterManifest>,
  attempts: Map<string, { attempts: number }>,
): Call {
  const used = new Map<string, number>();
  return (action: ActionRequest, attempt) => {
    attempts.set(action.step, { attempts: attempt });
    const name = [keyOf(action.step), `${action.adapter}.${action.action}`].find((one) => Object.hasOwn(mocks, one));
    if (name === undefined)
      return { after: CALL_MS, result: sampleOf(adapters.get(action.adapter)?.actions[action.action]?.output) };
    const entries = [mocks[name] ?? []].flat();
    const n = used.get(name) ?? 0;
    used.set(name, n + 1);
    const mock = entries[Math.min(n, entries.length - 1)];
    if (mock === undefined || 'return' in mock) return { after: CALL_MS, result: mock?.return ?? null };
    const { code, message = `mocked ${code}` } = mock.fail;
    return {
      after: CALL_MS,
      error: {
        code,
        message,
        adapter: action.adapter,
        action: action.action,
        retryable: mock.fail['retryable'] === true,
      },
    };
  };
}

function planned(step: StepIr): PlannedStep {
  const base = { id: step.id ?? step.key, kind: step.kind, line: step.line };
  if (step.kind !== 'call') return base;
  const [{ adapter, action }] = step.targets;
  return {
    ...base,
    action,
    ...(adapter.v === 'lit' && typeof adapter.value === 'string' && { adapter: adapter.value }),
  };
}
