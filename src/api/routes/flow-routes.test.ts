import { describe, expect, test } from 'vitest';
import { fakeApi, storedFlow } from '../testdata/fake-api.ts';

describe('flows', () => {
  const good = 'flow: a\ntitle: A flow\ntags: [x]\nsteps:\n  - one: { adapter: crm, action: find, params: {} }\n';
  const flows = [
    storedFlow(good),
    storedFlow(good.replace('A flow', 'New'), '1.1.0'),
    storedFlow('flow: broken\nsteps: []\n'),
  ];

  test('are listed, read, by version, as source and as a graph', async () => {
    const { call } = fakeApi({ flows });
    expect(
      (await call('GET', '/flows')).body.items.map(
        (one: { flow: string; status: string }) => `${one.flow} ${one.status}`,
      ),
    ).toEqual(['a valid', 'broken invalid']);
    expect((await call('GET', '/flows?limit=1')).body).toMatchObject({ items: [{ flow: 'a' }], next: 'a' });
    expect((await call('GET', '/flows?limit=1&cursor=a')).body).toMatchObject({
      items: [{ flow: 'broken' }],
      next: null,
    });
    expect((await call('GET', '/flows/a')).body).toMatchObject({
      flow: 'a',
      version: '1.1.0',
      title: 'New',
      tags: ['x'],
    });
    expect((await call('GET', '/flows/a/versions')).body.items).toHaveLength(2);
    expect((await call('GET', '/flows/a/versions/1.0.0')).body.title).toBe('A flow');
    expect((await call('GET', '/flows/a/versions/1.0.0?as=source')).text).toBe(good);
    expect((await call('GET', '/flows/a?as=mermaid')).text).toMatch(/^flowchart TD/);
    expect(await call('GET', '/flows/broken')).toMatchObject({
      status: 200,
      body: { diagnostics: [{ severity: 'error' }] },
    });
    expect(await call('GET', '/flows/broken?as=mermaid')).toMatchObject({
      status: 400,
      body: { code: 'invalid_flow', errors: [{ code: expect.stringMatching(/^WEIR/) }] },
    });
    for (const path of ['/flows/none', '/flows/none/versions', '/flows/none/versions/1.0.0'])
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'flow_not_found' } });
    for (const path of ['/flows/a/versions/9.9.9', '/flows/a/diff?from=9.9.9'])
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'version_not_found' } });
    expect((await call('GET', '/flows/a/diff?from=1.0.0')).body).toMatchObject({
      from: '1.0.0',
      to: '1.1.0',
      graph: [{ change: 'changed', at: 'title', kind: 'frame' }],
    });
    expect((await call('GET', '/flows/a/versions?limit=1')).body).toMatchObject({
      items: [{ version: '1.1.0' }],
      next: '1.1.0',
    });
    expect((await call('GET', '/flows/a/versions?limit=1&cursor=1.1.0')).body).toMatchObject({
      items: [{ version: '1.0.0' }],
      next: null,
    });
  });
  test('of a folder are written in the folder', async () => {
    const { call } = fakeApi({ flows });
    for (const [method, path] of [
      ['POST', '/flows'],
      ['PUT', '/flows/a'],
      ['DELETE', '/flows/a'],
    ] as const) {
      const answer = await call(method, path, method === 'DELETE' ? undefined : good, {
        'content-type': 'application/yaml',
      });
      expect(answer).toMatchObject({ status: 405, body: { code: 'read_only_store' } });
      expect(answer.headers.get('allow')).toBe('GET');
    }
  });
  test.each(['application/yaml', 'text/yaml', 'application/x-yaml; charset=utf-8'])(
    'are validated as %s',
    async (type) => {
      expect(await fakeApi().call('POST', '/flows/validate', good, { 'content-type': type })).toMatchObject({
        status: 200,
        body: { valid: true, flow: 'a', diagnostics: [] },
      });
    },
  );
  test('are validated as JSON; all problems come at once; 413 above 256 KiB; 415 for the rest', async () => {
    const { call } = fakeApi();
    expect((await call('POST', '/flows/validate', { flow: 'j', steps: [{ wait: '1s' }] })).body).toMatchObject({
      valid: true,
      flow: 'j',
    });
    const bad = await call('POST', '/flows/validate', 'flow: Bad_Name\nsteps: []\nwat: 1\n', {
      'content-type': 'application/yaml',
    });
    expect(bad).toMatchObject({ status: 200, body: { valid: false } });
    expect(bad.body.diagnostics.length).toBeGreaterThan(2);
    expect(
      await call('POST', '/flows/validate', `flow: a\n#${'x'.repeat(256 * 1024)}`, {
        'content-type': 'application/yaml',
      }),
    ).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
    expect((await call('POST', '/flows/validate', good, { 'content-type': 'text/html' })).status).toBe(415);
  });
});

describe('dry run', () => {
  const flows = [
    storedFlow(
      'flow: d\ninputs: { n: { type: integer } }\nsteps:\n  - one: { adapter: crm, action: find, params: {} }\n  - wait: 1h\n  - two: { adapter: crm, action: find, params: { who: $one.name }, retry: { attempts: 2, jitter: 0 } }\noutput: { name: $one.name, two: $two.age }\n',
    ),
  ];

  test('runs on samples of the output schemas, in virtual time, and shows plan and steps', async () => {
    const answer = await fakeApi({ flows }).call('POST', '/flows/d/dry-run', { input: { n: 1 } });
    expect(answer).toMatchObject({ status: 200, body: { status: 'completed', output: { name: 'Ada', two: 0 } } });
    expect(answer.body.elapsed_ms).toBeGreaterThanOrEqual(3_600_000);
    expect(answer.body.plan.map((step: { id: string }) => step.id)).toEqual(['one', 'steps/1', 'two']);
    expect(answer.body.steps.map((step: { path: string; status: string }) => `${step.path} ${step.status}`)).toEqual([
      'one completed',
      'steps/1 completed',
      'two completed',
    ]);
  });
  test('mocks are taken in order, the last repeats, by id before action', async () => {
    const mocks = {
      'crm.find': { return: { name: 'Bob' } },
      two: [{ fail: { code: 'http_503', retryable: true } }, { return: { age: 5 } }],
    };
    const answer = await fakeApi({ flows }).call('POST', '/flows/d/dry-run', { input: { n: 1 }, mocks });
    expect(answer.body).toMatchObject({ status: 'completed', output: { name: 'Bob', two: 5 } });
    expect(answer.body.steps.find((step: { id: string }) => step.id === 'two').attempts).toBe(2);
  });
  test('checks the input first', async () => {
    expect(await fakeApi({ flows }).call('POST', '/flows/d/dry-run', { input: { n: 'x' } })).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', errors: [{ path: '/n' }] },
    });
  });
});
