import type { FlowIr } from '../../dsl/ir/flow.ts';
import { compile } from '../../dsl/index.ts';
import type { RunFlowInput } from '../../workflows/contract.ts';
import type { RunDescription, Runs } from '../runs.ts';

export const ID = '01890000-0000-7000-8000-000000000001';

/** Methods that a test does not give must not be called. */
export function fakeRuns(methods: Partial<Runs> = {}): Runs {
  return new Proxy(methods, {
    get: (target, name) => Reflect.get(target, name) ?? (() => Promise.reject(new Error(`the test did not expect ${String(name)}`))),
  }) as Runs; // what is missing rejects
}

export function description(more: Partial<RunDescription> = {}): RunDescription {
  return {
    executionId: ID, runId: 'run-0', flow: 'a', status: 'running', shown: 'running', version: '1.0.0', environment: 'default', organisation: null, tags: [],
    startedAt: new Date(0), endedAt: null, events: 3, memo: {}, pending: [], ...more,
  };
}

export function flowOf(source: string, version = '1.0.0'): FlowIr {
  const { ir, diagnostics } = compile(source, { adapters: new Map(), actions: {}, flows: new Map() });
  if (ir === undefined) throw new Error(JSON.stringify(diagnostics));
  return { ...ir, version };
}

export function inputOf(flow: FlowIr, more: Partial<RunFlowInput> = {}): RunFlowInput {
  return {
    format: 1, behaviour: 1, flow, flows: {}, input: {}, environment: 'default', config: {}, tags: [],
    trigger: { type: 'manual', source: 'api', id: ID, time: '1970-01-01T00:00:00.000Z', data: {}, headers: {} },
    ...more,
  };
}
