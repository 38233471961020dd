import { describe, expect, test, vi } from 'vitest';
import type { FlowStore, StoredFlow } from '../flows/flow-store.ts';
import { Problem } from '../problems/problem.ts';
import { isExecutionId } from './execution-id.ts';
import type { Runs } from './runs.ts';
import { startExecution, type StartDeps } from './start-execution.ts';
import { description, fakeRuns, flowOf } from './testdata/fake-runs.ts';

const FLOW = flowOf(
  'flow: a\ninputs: { n: { type: integer }, lang: { type: string, default: en } }\nsteps:\n  - wait: 1s\n',
);
const stored = (ir = FLOW): StoredFlow => ({
  name: ir.name,
  version: ir.version,
  hash: ir.hash,
  ir,
  source: '',
  mediaType: 'application/yaml',
  diagnostics: [],
  createdAt: 0,
});

function deps(options: { runs?: Partial<Runs>; flows?: Record<string, StoredFlow> } = {}) {
  const start = vi.fn<Runs['start']>(async () => 'started');
  const flows: Pick<FlowStore, 'get'> = { get: async (ref) => (options.flows ?? { a: stored() })[ref] };
  const all: StartDeps = {
    runs: fakeRuns({ start, ...options.runs }),
    flows,
    config: async (environment) => ({ REGION: environment }),
    organisation: 'default',
    requestSlot: async () => 'granted',
    now: () => 1_700_000_000_000,
  };
  return { all, start };
}

describe('a start', () => {
  test('sends the flow, the input with defaults, the trigger and the config of the environment', async () => {
    const { all, start } = deps();
    const started = await startExecution(all, { flow: 'a', input: { n: 1 }, environment: 'prod', tags: ['x'] });
    expect(isExecutionId(started.execution_id)).toBe(true);
    expect(started).toMatchObject({
      flow: 'a',
      version: '1.0.0',
      status: 'running',
      links: { self: `/executions/${started.execution_id}` },
    });
    const input = { n: 1, lang: 'en' };
    expect(start.mock.calls[0]?.[0]).toMatchObject({
      executionId: started.execution_id,
      input: {
        flow: FLOW,
        input,
        environment: 'prod',
        config: { REGION: 'prod' },
        tags: ['x'],
        trigger: {
          type: 'manual',
          source: 'api',
          id: started.execution_id,
          time: '2023-11-14T22:13:20.000Z',
          data: input,
        },
      },
    });
  });

  test.each([
    [{ flow: 'b' }, 'flow_not_found'],
    [{ flow: 'a', version: '^9' }, 'version_not_found'],
    [{ flow: 'a', input: { n: 'x' } }, 'invalid_input'],
    [{ flow: 'a' }, 'invalid_input'],
  ])('of %j is refused with %s, and nothing starts', async (request, code) => {
    const { all, start } = deps();
    await expect(startExecution(all, request)).rejects.toMatchObject({ code });
    expect(start).not.toHaveBeenCalled();
  });

  test('of a flow with errors, or that calls one that is not there, is refused with diagnostics', async () => {
    const { ir: _ir, ...broken } = stored();
    const diagnostic = {
      code: 'WEIR1001',
      severity: 'error' as const,
      message: 'm',
      path: '',
      line: 1,
      column: 1,
      end_line: 1,
      end_column: 2,
    };
    await expect(
      startExecution(deps({ flows: { a: { ...broken, diagnostics: [diagnostic] } } }).all, { flow: 'a' }),
    ).rejects.toMatchObject({ code: 'invalid_flow', options: { errors: [diagnostic] } });
    const parent = stored({ ...flowOf('flow: a\nsteps:\n  - wait: 1s\n'), flowRefs: ['child@^2'] });
    await expect(startExecution(deps({ flows: { a: parent } }).all, { flow: 'a' })).rejects.toMatchObject({
      code: 'invalid_flow',
      options: { errors: [{ code: 'flow_not_found', message: expect.stringContaining('child@^2') }] },
    });
  });

  test('brings the flows it calls, transitively, also in a circle', async () => {
    const [a, b] = [
      stored({ ...flowOf('flow: a\nsteps:\n  - wait: 1s\n'), flowRefs: ['b@1'] }),
      stored({ ...flowOf('flow: b\nsteps:\n  - wait: 1s\n'), flowRefs: ['a'] }),
    ];
    const { all, start } = deps({ flows: { a, 'b@1': b } });
    await startExecution(all, { flow: 'a' });
    expect(Object.keys(start.mock.calls[0]?.[0].input.flows ?? {}).sort()).toEqual(['a', 'b@1']);
  });
});

describe('where versions are chosen by what is deployed', () => {
  test('a start takes the version that is chosen for its environment, input and id, and keeps it', async () => {
    const { all, start } = deps();
    const resolve = vi.fn<NonNullable<StartDeps['resolve']>>(async () => stored({ ...FLOW, version: '3.0.0' }));
    const request = { flow: 'a', version: '^3', input: { n: 1 }, environment: 'prod' };
    const started = await startExecution({ ...all, resolve, defaultEnvironment: 'dev' }, request);
    expect(started.version).toBe('3.0.0');
    expect(resolve).toHaveBeenCalledExactlyOnceWith({ ...request, executionId: started.execution_id });
    expect(start.mock.calls[0]?.[0].input).toMatchObject({ flow: { version: '3.0.0' }, environment: 'prod' });
  });

  test('one without an environment, version and input is chosen for the default environment and {}', async () => {
    const { all, start } = deps({ flows: {} });
    const resolve = vi.fn<NonNullable<StartDeps['resolve']>>(async () =>
      stored(flowOf('flow: a\nsteps:\n  - wait: 1s\n')),
    );
    const { execution_id: executionId } = await startExecution(
      { ...all, resolve, defaultEnvironment: 'dev' },
      { flow: 'a' },
    );
    expect(resolve).toHaveBeenCalledExactlyOnceWith({ flow: 'a', environment: 'dev', input: {}, executionId });
    expect(start.mock.calls[0]?.[0].input.environment).toBe('dev');
  });

  test('what the choice refuses is not started', async () => {
    const { all, start } = deps();
    const resolve = async () => Promise.reject(new Problem('not_deployed', 'no'));
    await expect(startExecution({ ...all, resolve }, { flow: 'a', input: { n: 1 } })).rejects.toMatchObject({
      code: 'not_deployed',
    });
    expect(start).not.toHaveBeenCalled();
  });
});

describe('an idempotency key', () => {
  const request = { flow: 'a', input: { n: 1 }, idempotencyKey: 'k' };

  async function fingerprintOf(more: object = {}): Promise<{ id: string; memo: string | undefined }> {
    const { all, start } = deps({ runs: { describe: async () => null } });
    const { execution_id } = await startExecution(all, { ...request, ...more });
    return { id: execution_id, memo: start.mock.calls[0]?.[0].memo.request };
  }

  test('gives the same id for the same flow and key, whatever the body, in whatever spelling', async () => {
    const first = await fingerprintOf();
    expect(isExecutionId(first.id)).toBe(true);
    expect(first.id[14]).toBe('8');
    expect((await fingerprintOf({ input: { n: 2 } })).id).toBe(first.id);
    expect((await fingerprintOf({ idempotencyKey: 'l' })).id).not.toBe(first.id);
    expect((await fingerprintOf({ input: { n: 2, lang: 'de' } })).memo).toBe(
      (await fingerprintOf({ input: { lang: 'de', n: 2 } })).memo,
    );
    expect((await fingerprintOf({ tags: ['x'] })).memo).not.toBe(first.memo);
  });

  test('known: the same request gets the first answer, even once the flow is gone; another is a conflict', async () => {
    const { memo } = await fingerprintOf();
    const known = description({ version: '0.9.0', status: 'completed', memo: { request: memo ?? '' } });
    const { all } = deps({ runs: { describe: async () => known }, flows: {} });
    await expect(startExecution(all, request)).resolves.toMatchObject({
      execution_id: known.executionId,
      version: '0.9.0',
      status: 'running',
    });
    await expect(startExecution(all, { ...request, input: { n: 2 } })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
  });

  test('known: gets its first answer without a choice of version, which may be another one by now', async () => {
    const { memo } = await fingerprintOf({ environment: 'prod' });
    const known = description({ version: '0.9.0', memo: { request: memo ?? '' } });
    const { all } = deps({ runs: { describe: async () => known } });
    const resolve = vi.fn<NonNullable<StartDeps['resolve']>>();
    await expect(
      startExecution({ ...all, resolve, defaultEnvironment: 'dev' }, { ...request, environment: 'prod' }),
    ).resolves.toMatchObject({ version: '0.9.0' });
    expect(resolve).not.toHaveBeenCalled();
  });

  test('two at once: Temporal refuses the second, which gets the answer of the first', async () => {
    const { memo } = await fingerprintOf();
    const describe = vi
      .fn<Runs['describe']>(async () => description({ memo: { request: memo ?? '' } }))
      .mockResolvedValueOnce(null);
    const { all } = deps({ runs: { describe, start: async () => 'exists' } });
    await expect(startExecution(all, request)).resolves.toMatchObject({ version: '1.0.0' });
  });
});
