import type { Json } from '../dsl/ir/json.ts';
import { jsonEquals } from '../dsl/expressions/index.ts';
import { errorJson } from '../workflows/interpreter/flow-error.ts';
import type { VirtualResult } from '../workflows/host/run-virtual.ts';
import { type Difference, findDifferences } from './find-differences.ts';
import { stepKey } from './mock-book.ts';
import { shown } from './read-expect.ts';
import type { CaseResult, Failure } from './result.ts';
import type { ExpectedCall, TestCase } from './test-file.ts';

type Calls = CaseResult['calls'];
type Ended = Pick<VirtualResult, 'status' | 'output' | 'error' | 'elapsedMs' | 'trace'>;

/** What is not as the case expects, in the order of the result: how it ended, with what, by which calls, how long it took. */
export function checkExpectations(test: TestCase, result: Ended, calls: Calls): Failure[] {
  const { expect } = test;
  const at = (what: Failure['what'], failure: Omit<Failure, 'what' | 'line'>): Failure => ({
    what,
    line: expect.lines[what] ?? test.line,
    ...failure,
  });
  const differences = (what: Failure['what'], found: readonly Difference[]): Failure[] =>
    found.map(({ message, expected, actual }) => at(what, { message, expected, actual }));
  const failures: Failure[] = [];
  if (result.status !== expect.status) {
    failures.push(
      at('status', {
        message: `the flow ${describeEnd(result)}; expected it to be ${expect.status}`,
        expected: expect.status,
        actual: result.status,
      }),
    );
  }
  // After another end than expected, the output is not worth comparing.
  if (result.status === expect.status) {
    if (expect.output !== undefined)
      failures.push(...differences('output', findDifferences(expect.output, result.output ?? null, 'output')));
    if (expect.outputExact !== undefined && !jsonEquals(expect.outputExact, result.output ?? null)) {
      const actual = result.output ?? null;
      failures.push(
        at('output_exact', {
          message: `output is ${shown(actual)}; expected exactly ${shown(expect.outputExact)}`,
          expected: expect.outputExact,
          actual,
        }),
      );
    }
    if (expect.error !== undefined) failures.push(...differences('error', errorDifferences(expect.error, result)));
  }
  if (expect.calls !== undefined)
    failures.push(...checkCalls(expect.calls, calls).map((failure) => at('calls', failure)));
  const { elapsed } = expect;
  if (elapsed !== undefined && (result.elapsedMs < elapsed.min || result.elapsedMs > elapsed.max)) {
    failures.push(
      at('elapsed', {
        message: `it took ${formatMs(result.elapsedMs)} of virtual time; expected ${elapsed.text}`,
        expected: elapsed.text,
        actual: result.elapsedMs,
      }),
    );
  }
  return failures;
}

function errorDifferences(expected: Readonly<Record<string, Json>>, result: Ended): Difference[] {
  if (result.error === null) return [{ path: 'error', message: 'there is no error', expected, actual: null }];
  const { message, ...rest } = expected;
  const found = findDifferences(rest, errorJson(result.error), 'error');
  if (typeof message === 'string' && !result.error.message.includes(message)) {
    found.push({
      path: 'error.message',
      message: `error.message is ${shown(result.error.message)}; expected it to contain ${shown(message)}`,
      expected: message,
      actual: result.error.message,
    });
  }
  return found;
}

/** The list names every call, in order. The repeats of a retry may be in it or not. */
function checkCalls(expected: readonly ExpectedCall[], calls: Calls): Omit<Failure, 'what' | 'line'>[] {
  const first = calls.filter(({ attempt }) => attempt === 1);
  const actual = expected.length === calls.length && calls.length !== first.length ? calls : first;
  const same = expected.length === actual.length && expected.every(({ call }, index) => isCall(call, actual[index]));
  if (!same) {
    const message = `the calls were ${shown(actual.map(({ call }) => call))}; expected ${shown(expected.map(({ call }) => call))}`;
    return [{ message, expected: expected.map(({ call }) => call), actual: actual.map(({ call }) => call) }];
  }
  return expected.flatMap(({ params }, index) => {
    const call = actual[index];
    if (params === undefined || call === undefined) return [];
    return findDifferences(params, call.params, `params of call ${index + 1} (${call.call})`).map(
      ({ message, expected: wanted, actual: got }) => ({ message, expected: wanted, actual: got }),
    );
  });
}

function isCall(expected: string, call: Calls[number] | undefined): boolean {
  return call !== undefined && (expected === call.call || expected === call.step || expected === stepKey(call.step));
}

function describeEnd(result: Ended): string {
  if (result.status === 'waiting') return `waits${describeWait(result)} and nothing more happens`;
  if (result.error === null) return `is ${result.status}`;
  const { code, message, step } = result.error;
  return `is ${result.status} with ${code}${step === undefined ? '' : ` at step ${step}`}: ${message}`;
}

/** What the steps that have not ended wait for. */
function describeWait({ trace }: Ended): string {
  const open = new Map<string, string>();
  for (const event of trace) {
    if (event.type === 'step.waiting') open.set(event.step, event.on.replaceAll('_', ' '));
    else if ('step' in event && event.type !== 'step.started' && event.type !== 'step.retrying')
      open.delete(event.step);
  }
  const waits = [...open].map(([step, on]) => `${on} at step ${step}`);
  return waits.length === 0 ? '' : ` for ${waits.join(', ')}`;
}

/** `90061500` → `1d 1h 1m 1.5s`. */
export function formatMs(ms: number): string {
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const) {
    if (rest >= size) parts.push(`${Math.floor(rest / size)}${unit}`);
    rest %= size;
  }
  if (rest > 0 || parts.length === 0) parts.push(rest < 1000 && parts.length === 0 ? `${rest}ms` : `${rest / 1000}s`);
  return parts.join(' ');
}
