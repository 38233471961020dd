import type { ActionRequest } from '../activities/contract.ts';
import { Evaluator, ExpressionError } from '../dsl/expressions/index.ts';
import type { FlowIr, TriggerIr } from '../dsl/ir/flow.ts';
import type { Json } from '../dsl/ir/json.ts';
import { checkValue } from '../executions/check-value.ts';
import type { TriggerEvent } from '../workflows/contract.ts';
import { FlowError } from '../workflows/interpreter/flow-error.ts';
import type { TraceEvent } from '../workflows/interpreter/trace.ts';
import { runVirtual, type VirtualRun } from '../workflows/host/run-virtual.ts';
import { checkExpectations } from './check-expectations.ts';
import { MissingMock, MockBook, stepKey } from './mock-book.ts';
import type { CaseResult, Failure } from './result.ts';
import type { TestCase } from './test-file.ts';

/** The flow of a test, with those that it starts. */
export interface FlowUnderTest {
  readonly flow: FlowIr;
  /** `name@range` as written → IR. */
  readonly flows: Readonly<Record<string, FlowIr>>;
}

/** `$now` when a case begins; `$trigger.time` too. */
const START_AT = Date.UTC(2026, 0, 1);
type Call = CaseResult['calls'][number];

/** Runs one case in virtual time. Never rejects: whatever stops the run is a failure of the case. */
export async function runCase(test: TestCase, under: FlowUnderTest): Promise<CaseResult> {
  const started = performance.now();
  const calls: Call[] = [];
  const done = (result: Partial<CaseResult>): CaseResult => ({
    name: test.name,
    line: test.line,
    outcome: (result.failures ?? []).length > 0 ? 'failed' : 'passed',
    failures: [],
    status: null,
    elapsedMs: 0,
    tookMs: performance.now() - started,
    calls,
    visits: visitsOf(calls.map(({ step }) => step)),
    ...result,
  });
  if (test.skip !== null) return done({ outcome: 'skipped', reason: test.skip });
  const stopped = (failure: Omit<Failure, 'line'>): CaseResult => done({ failures: [{ line: test.line, ...failure }] });
  try {
    const trigger = triggerOf(test);
    const checked = checkValue(under.flow.inputs, inputOf(test, under.flow, trigger));
    if (checked.faults.length > 0) {
      return stopped({
        what: 'input',
        message: `the input breaks the flow’s schema: ${checked.faults.map(({ message }) => message).join('; ')}`,
      });
    }
    const result = await runVirtual({
      flow: under.flow,
      input: checked.value,
      trigger: { ...trigger, data: test.trigger?.['data'] ?? checked.value },
      config: test.config,
      call: answering(test, calls),
      script: test.events,
      startAt: START_AT,
      ...surroundings(under),
    });
    const failures = checkExpectations(test, result, calls);
    return done({
      failures,
      status: result.status,
      elapsedMs: result.elapsedMs,
      visits: visitsOf(startedSteps(result.trace)),
    });
  } catch (error) {
    if (error instanceof MissingMock) return stopped({ what: 'mock', message: error.message });
    return stopped({ what: 'run', message: error instanceof Error ? error.message : String(error) });
  }
}

function answering(test: TestCase, calls: Call[]): VirtualRun['call'] {
  const book = new MockBook(test.mocks);
  return (request: ActionRequest, attempt: number) => {
    calls.push({ call: `${request.adapter}.${request.action}`, step: request.step, attempt, params: request.params });
    return book.answer(request);
  };
}

/** Sub-flows, by the reference as written or by name; their inputs are checked as the engine does. */
function surroundings({ flow, flows }: FlowUnderTest): Pick<VirtualRun, 'flows' | 'resolveFlow' | 'checkInput'> {
  return {
    flows,
    resolveFlow: (ref) => {
      const name = ref.replace(/@.*$/, '');
      const found =
        flows[ref] ?? (flow.name === name ? flow : Object.values(flows).find((other) => other.name === name));
      return found === undefined ? undefined : { ref, flows: { ...flows, [ref]: found } };
    },
    checkInput: ({ schema, input }) => {
      const { value, faults } = checkValue(schema, input);
      if (faults.length === 0) return value;
      const details = faults.map(({ code, path, message }) => ({ code, path, message }));
      throw new FlowError({
        code: 'validation_failed',
        message: `the input of the sub-flow is not valid: ${faults.map(({ message }) => message).join('; ')}`,
        retryable: false,
        details,
      });
    },
  };
}

function triggerOf(test: TestCase): TriggerEvent {
  const given = test.trigger ?? {};
  const text = (key: string, other: string): string => (typeof given[key] === 'string' ? given[key] : other);
  const headers = given['headers'];
  return {
    type: text('type', 'manual'),
    source: text('source', 'test'),
    id: text('id', 'trigger'),
    time: text('time', new Date(START_AT).toISOString()),
    data: given['data'] ?? test.input ?? {},
    headers:
      typeof headers === 'object' && headers !== null && !Array.isArray(headers)
        ? (headers as TriggerEvent['headers'])
        : {},
  };
}

/** The case's input, or what the flow's trigger of that type makes of the event (dsl.md, section 8). */
function inputOf(test: TestCase, flow: FlowIr, trigger: TriggerEvent): Json {
  if (test.input !== undefined) return test.input;
  if (test.trigger === null) return {};
  const mapping = flow.triggers.find((one) => isOf(one, trigger.type))?.input;
  if (mapping === undefined) return trigger.data;
  try {
    return new Evaluator().resolve(mapping, (root) =>
      root === 'trigger' ? { ...trigger } : root === 'config' ? test.config : undefined,
    );
  } catch (error) {
    if (error instanceof ExpressionError)
      throw new Error(`the trigger’s \`input\` can’t be made of this event: ${error.message}`, { cause: error });
    throw error;
  }
}

function isOf(trigger: TriggerIr, type: string): boolean {
  switch (trigger.on) {
    case 'event':
      return new RegExp(`^${trigger.type.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(type);
    case 'webhook':
      return type === 'webhook.received' || type === `webhook.${trigger.webhook}`;
    default:
      return type.startsWith(trigger.on);
  }
}

function startedSteps(trace: readonly TraceEvent[]): string[] {
  return trace.flatMap((event) => (event.type === 'step.started' ? [event.step] : []));
}
function visitsOf(addresses: readonly string[]): ReadonlyMap<string, number> {
  const visits = new Map<string, number>();
  for (const address of addresses) visits.set(stepKey(address), (visits.get(stepKey(address)) ?? 0) + 1);
  return visits;
}
