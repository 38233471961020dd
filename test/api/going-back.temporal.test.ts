// The API over a real Temporal server and worker: rolling back and running again.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type DevApi, startDevApi } from './dev-api.ts';

let api: DevApi;
beforeAll(async () => {
  api = await startDevApi();
});
afterAll(() => api.close());

const ended = ({ body }: Answer): boolean =>
  ['completed', 'failed', 'cancelled', 'terminated', 'timed_out'].includes(body.status);
const call = (path: string, method = 'GET'): string =>
  `{ adapter: http, action: request, params: { method: ${method}, url: "${api.peer}${path}" } }`;
const count = (path: string): number => api.calls.filter((one) => one.path === path).length;
const three = (name: string): string => `
flow: ${name}
steps:
  - one: ${call(`/${name}/one`)}
  - set: { seen: $one.body.n }
  - two: ${call(`/${name}/two`, 'POST')}
  - three: ${call(`/${name}/three`)}
output: { seen: $vars.seen, two: $two.body.n, three: $three.body.n }
`;

describe('going back', () => {
  test('an ended execution is rolled back: same id, a new run, nothing before the step is done again', async () => {
    await api.flow('back', three('back'));
    const first = await api.request('POST', '/flows/back/execute?wait=20s', {});
    expect(first.body.output).toEqual({ seen: 1, two: 1, three: 1 });
    const id: string = first.body.execution_id;
    expect(await api.request('POST', `/executions/${id}/rollback`, { to: 'two' })).toMatchObject({
      status: 200,
      body: { execution_id: id },
    });
    const after = await api.eventually(`/executions/${id}`, (one) => ended(one) && one.body.output?.two === 2);
    expect(after.body).toMatchObject({
      status: 'completed',
      output: { seen: 1, two: 2, three: 2 },
      started_at: first.body.started_at,
    });
    expect(after.body.steps.map((step: { path: string }) => step.path)).toEqual(['one', 'steps/1', 'two', 'three']);
    const keys = api.calls.filter((one) => one.path === '/back/two').map((one) => one.key);
    expect(keys[0]).toBe(keys[1]);
    expect(await api.request('POST', `/executions/${id}/rollback`, { to: 'nowhere' })).toMatchObject({
      status: 404,
      body: { code: 'step_not_found' },
    });
    expect(
      (await api.request('GET', `/executions?flow=back`)).body.items.map(
        (item: { execution_id: string }) => item.execution_id,
      ),
    ).toEqual([id]);
  });

  test('a running execution is rolled back, with compensation first', async () => {
    await api.flow(
      'undo',
      `
flow: undo
steps:
  - one: ${call('/undo/one')}
  - two:
      adapter: http
      action: request
      params: { method: POST, url: "${api.peer}/undo/two" }
      compensate: [ { undone: ${call('/undo/undone')} } ]
  - gate: { approve: { title: Go, timeout: 10m } }
output: $two.body.n
`,
    );
    const { body } = await api.request('POST', '/flows/undo/execute', {});
    const at = `/executions/${body.execution_id}`;
    await api.eventually(at, (one) => one.body.waiting?.[0]?.on === 'approval');
    expect(await api.request('POST', `${at}/rollback`, { to: 'two', compensate: true })).toMatchObject({ status: 200 });
    await api.eventually(at, (one) => count('/undo/two') === 2 && one.body.waiting?.[0]?.on === 'approval');
    expect([count('/undo/one'), count('/undo/undone')]).toEqual([1, 1]);
    expect(await api.request('POST', `${at}/steps/gate/decision`, { approved: true })).toMatchObject({
      status: 200,
      body: { step: 'gate', approved: true },
    });
    await api.eventually(at, ended);
    // Ended well: what it did is still there to be compensated.
    expect(await api.request('POST', `${at}/rollback`, { to: 'two', compensate: true })).toMatchObject({ status: 200 });
    await api.eventually(at, (one) => count('/undo/two') === 3 && one.body.waiting?.[0]?.on === 'approval');
    expect(count('/undo/undone')).toBe(2);
    await api.request('POST', `${at}/terminate`);
  });

  test('a re-run from a step is a new execution that names its origin and takes new keys', async () => {
    await api.flow('rerun', three('rerun'));
    const first = await api.request('POST', '/flows/rerun/execute?wait=20s', { input: { a: 1 } });
    const again = await api.request('POST', `/executions/${first.body.execution_id}/rerun`, {
      from: 'two',
      input: { a: 2 },
    });
    expect(again).toMatchObject({
      status: 202,
      body: { origin: { execution_id: first.body.execution_id, from: 'two' } },
    });
    const after = await api.eventually(`/executions/${again.body.execution_id}`, ended);
    expect(after.body).toMatchObject({
      status: 'completed',
      input: { a: 2 },
      origin: { from: 'two' },
      output: { seen: 1, two: 2, three: 2 },
    });
    expect(count('/rerun/one')).toBe(1);
    const keys = api.calls.filter((one) => one.path === '/rerun/two').map((one) => one.key);
    if (keys[0] !== undefined) expect(keys[0]).not.toBe(keys[1]);
  });
});
