import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compile } from '../dsl/index.ts';
import { flowHash } from '../dsl/lower/flow-hash.ts';
import { type FlowApi, flowApi, flowText, YAML } from './testdata/flow-api.ts';

let api: FlowApi;
beforeAll(async () => {
  api = await flowApi();
});
afterAll(() => api.close());
beforeEach(() => api.as([{ role: 'admin', on: { kind: 'all' } }]));

const post = (text: string, headers = {}) => api.call('POST', '/flows', text, { ...YAML, ...headers });
const put = (name: string, text: string, headers = {}) =>
  api.call('PUT', `/flows/${name}`, text, { ...YAML, ...headers });

describe('creating', () => {
  test('stores a first version, with id, hash, place and ETag, and one audit record', async () => {
    const answer = await post(flowText('first', 'title: First\ncategory: sales\ntags: [a, b]\n'));
    expect(answer).toMatchObject({
      status: 201,
      body: { flow: 'first', version: '1.0.0', title: 'First', category: 'sales', tags: ['a', 'b'], status: 'valid' },
    });
    expect(answer.body.id).toMatch(/^0[0-9a-f]{7}-[0-9a-f]{4}-7/);
    expect(answer.headers.get('location')).toBe('/flows/first/versions/1.0.0');
    expect(answer.headers.get('etag')).toBe(`"${answer.body.hash}"`);
    for (const id of ['first', answer.body.id, 'FIRST'.toLowerCase()])
      expect((await api.call('GET', `/flows/${id}`)).body).toMatchObject({
        id: answer.body.id,
        hash: answer.body.hash,
      });
    expect((await api.audited()).filter(({ subject }) => subject === 'first')).toEqual([
      { action: 'flow.create', subject: 'first', details: { version: '1.0.0', hash: answer.body.hash } },
    ]);
  });

  test('takes JSON, and keeps it as it came', async () => {
    const source = '{ "flow": "as-json", "version": "2.0.0",\n "steps": [{ "wait": "1s" }] }';
    const answer = await post(source, { 'content-type': 'application/json' });
    expect(answer).toMatchObject({ status: 201, body: { flow: 'as-json', version: '2.0.0' } });
    const read = await api.call('GET', '/flows/as-json?as=source');
    expect(read.text).toBe(source);
    expect(read.headers.get('content-type')).toMatch(/^application\/json/);
  });

  test('gives warnings, refuses errors with all diagnostics, and stores nothing of those', async () => {
    const warned = await post('flow: warned\nsteps:\n  - call_it: { flow: none-such }\n');
    expect(warned).toMatchObject({ status: 201, body: { diagnostics: [{ severity: 'warning' }] } });
    expect((await api.call('GET', '/flows/warned')).body.diagnostics).toEqual(warned.body.diagnostics);
    const refused = await post('flow: refused\nsteps: []\nwat: 1\n');
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_flow' } });
    expect(refused.body.errors.length).toBeGreaterThan(1);
    expect((await api.call('GET', '/flows/refused')).status).toBe(404);
  });

  test('refuses a name that is taken, bytes that are no text, what is too large, and what no column takes', async () => {
    await post(flowText('taken'));
    expect(await post(flowText('taken', '', 2))).toMatchObject({ status: 409, body: { code: 'flow_exists' } });
    const bytes = await api.request('/flows', { method: 'POST', headers: YAML, body: new Uint8Array([0x66, 0xff]) });
    expect(bytes.status).toBe(400);
    expect(await bytes.json()).toMatchObject({ code: 'invalid_flow', errors: [{ code: 'WEIR0002' }] });
    expect(await post(`flow: large\n#${'x'.repeat(256 * 1024)}`)).toMatchObject({ status: 413 });
    for (const extra of [
      'title: "a\\0b"\n',
      `category: ${'c'.repeat(3_000)}\n`,
      `tags: [${'t'.repeat(3_000)}]\n`,
      'vars: { deep: [{ x: "\\0" }] }\n',
      'vars: { deep: { "\\ud800": 1 } }\n',
    ])
      expect(await post(flowText('odd', extra)), extra.slice(0, 20)).toMatchObject({
        status: 400,
        body: { code: 'invalid_flow', errors: [{ code: 'WEIR1904' }] },
      });
  });

  test('keeps what jsonb would change: order of keys, digits', async () => {
    const text =
      'flow: exact\nvars: { z: 1, a: 1.0, n: 1e300, d: 0.1, m: { "long key": 1, b: 2, a: [9007199254740991] } }\nsteps:\n  - wait: 1s\n';
    const { body } = await post(text);
    const stored = await api.flows().get('exact');
    const fresh = compile(text, await api.flows().environment()).ir;
    expect(JSON.stringify(stored?.ir)).toBe(JSON.stringify({ ...fresh, version: '1.0.0' }));
    if (stored?.ir === undefined) expect.fail('it was not stored');
    const { hash, ...content } = stored.ir;
    expect([hash, flowHash(content)]).toEqual([body.hash, body.hash]);
  });
});

describe('a new version', () => {
  test('is the next patch level, or the one named; the same content makes none', async () => {
    const first = await post(flowText('grows'));
    const same = await put('grows', `# only a comment\n${flowText('grows')}`);
    expect(same).toMatchObject({ status: 200, body: { version: '1.0.0', hash: first.body.hash } });
    expect(await put('grows', flowText('grows', '', 2))).toMatchObject({ status: 201, body: { version: '1.0.1' } });
    expect(await put(first.body.id, flowText('grows', 'version: 1.2.0\n', 3))).toMatchObject({
      status: 201,
      body: { version: '1.2.0', id: first.body.id },
    });
    expect(
      (await api.call('GET', '/flows/grows/versions')).body.items.map((one: { version: string }) => one.version),
    ).toEqual(['1.2.0', '1.0.1', '1.0.0']);
    expect((await api.call('GET', '/flows/grows/versions/~1.0')).body.version).toBe('1.0.1');
    expect((await api.audited()).filter(({ subject }) => subject === 'grows').map(({ action }) => action)).toEqual([
      'flow.create',
      'flow.update',
      'flow.update',
    ]);
  });

  test('that does not go forward is refused, saying both', async () => {
    await post(flowText('back', 'version: 2.0.0\n'));
    for (const version of ['2.0.0', '1.9.0', '2.0.0-beta.1']) {
      const answer = await put('back', flowText('back', `version: ${version}\n`, 9));
      expect(answer, version).toMatchObject({ status: 409, body: { code: 'version_conflict' } });
      expect(answer.body.detail).toContain(version);
      expect(answer.body.detail).toContain('2.0.0 is there');
    }
  });

  test('as a pre-release is found by its range alone; its release may have the same content', async () => {
    const stable = await post(flowText('early', 'category: old\n'));
    await put('early', flowText('early', 'version: 2.0.0-rc.1\ncategory: new\n', 2));
    expect((await api.call('GET', '/flows/early')).body.version).toBe('1.0.0');
    expect((await api.call('GET', '/flows?q=early')).body.items).toMatchObject([{ version: '1.0.0', category: 'old' }]);
    expect((await api.call('GET', '/flows/early/versions/2.0.0-rc.1')).body.category).toBe('new');
    expect(await put('early', flowText('early', '', 3), { 'if-match': `"${stable.body.hash}"` })).toMatchObject({
      status: 409,
    });
    expect(await put('early', flowText('early', 'version: 2.0.0\ncategory: new\n', 2))).toMatchObject({
      status: 201,
      body: { version: '2.0.0' },
    });
    expect((await api.call('GET', '/flows/early')).body).toMatchObject({ version: '2.0.0', category: 'new' });
  });

  test('with If-Match is stored only over what was read', async () => {
    const { headers } = await post(flowText('matched'));
    const etag = headers.get('etag') ?? '';
    const second = await put('matched', flowText('matched', '', 2), { 'if-match': etag });
    expect(second.status).toBe(201);
    expect(await put('matched', flowText('matched', '', 3), { 'if-match': etag })).toMatchObject({
      status: 409,
      body: { code: 'version_conflict', detail: expect.stringContaining(second.body.hash) },
    });
    expect((await put('matched', flowText('matched', '', 4), { 'if-match': '*' })).status).toBe(201);
    expect((await put('matched', flowText('matched', '', 5), { 'if-match': 'nonsense' })).status).toBe(400);
  });

  test('keeps the name; an unknown flow is not made', async () => {
    await post(flowText('named'));
    expect(await put('named', flowText('other-name'))).toMatchObject({ status: 400, body: { code: 'invalid_flow' } });
    expect(await put('no-such', flowText('no-such'))).toMatchObject({ status: 404, body: { code: 'flow_not_found' } });
  });

  test('has the adapters of its calls locked', async () => {
    await post('flow: locks\nsteps:\n  - a: { adapter: crm, action: find }\n  - b: { wait: 1s }\n');
    const [row] = await api.database.sql`
      select v.adapters from flow_versions v join flows f on f.id = v.flow_id where f.name = 'locks'`;
    expect(row?.['adapters']).toEqual({ crm: { version: '2.1.0', hash: 'c'.repeat(64) } });
  });
});

describe('several writers at once', () => {
  test('of one new name: one makes it, the others are told', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => post(flowText('race-new', '', i + 1))));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });
  test('of one version: one wins', async () => {
    await post(flowText('race-version'));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => put('race-version', flowText('race-version', 'version: 1.1.0\n', i + 2))),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    expect(new Set(answers.filter(({ status }) => status === 409).map(({ body }) => body.code))).toEqual(
      new Set(['version_conflict']),
    );
  });
  test('over one read version: one wins', async () => {
    const { headers } = await post(flowText('race-match'));
    const match = { 'if-match': headers.get('etag') ?? '' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => put('race-match', flowText('race-match', '', i + 2), match)),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    expect((await api.call('GET', '/flows/race-match/versions')).body.items).toHaveLength(2);
  });
  test('without a word on what they have read: every content gets a version', async () => {
    await post(flowText('race-free'));
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => put('race-free', flowText('race-free', '', i + 2))),
    );
    expect(answers.map(({ body }) => body.version)).toSatisfy((versions: string[]) =>
      [1, 2, 3, 4, 5, 6].every((n) => versions.includes(`1.0.${n}`)),
    );
  });
});

describe('archiving', () => {
  test('takes a flow out of lists and reach; its history stays; its name brings it back', async () => {
    const { body } = await post(flowText('gone', 'category: c1\n'));
    expect((await api.call('DELETE', '/flows/gone')).status).toBe(204);
    for (const [method, path] of [
      ['GET', '/flows/gone'],
      ['GET', '/flows/gone/versions'],
      ['DELETE', '/flows/gone'],
    ] as const)
      expect((await api.call(method, path)).status, `${method} ${path}`).toBe(404);
    expect((await api.call('GET', '/flows?q=gone')).body.items).toEqual([]);
    expect((await api.call('GET', '/flows?archived=true&q=gone')).body.items).toMatchObject([
      { flow: 'gone', archived_at: expect.stringMatching(/^20/) },
    ]);
    expect((await api.call('GET', '/flows/gone/versions?archived')).body.items).toHaveLength(1);
    const back = await post(flowText('gone', '', 2));
    expect(back).toMatchObject({ status: 201, body: { version: '1.0.1', id: body.id } });
    expect((await api.call('GET', '/flows/gone/versions')).body.items).toHaveLength(2);
    await api.call('DELETE', '/flows/gone');
    expect(await post(flowText('gone', '', 2))).toMatchObject({ status: 201, body: { version: '1.0.1' } });
    expect((await api.call('GET', '/flows/gone')).status).toBe(200);
    expect((await api.audited()).filter(({ subject }) => subject === 'gone').map(({ action }) => action)).toEqual([
      'flow.create',
      'flow.archive',
      'flow.create',
      'flow.archive',
      'flow.create',
    ]);
  });
  test('is refused while the flow is in use, saying where, unless forced', async () => {
    await post(flowText('busy'));
    api.uses.set('busy', ['deployed in prod', '3 executions are running']);
    expect(await api.call('DELETE', '/flows/busy')).toMatchObject({
      status: 409,
      body: { code: 'flow_in_use', detail: 'Flow busy is in use: deployed in prod; 3 executions are running.' },
    });
    expect((await api.call('DELETE', '/flows/busy?force')).status).toBe(204);
  });
});

describe('cloning', () => {
  test('copies a version under another name, comments and all', async () => {
    const text = `# about\nflow: "model"  # its name\nversion: 3.1.0\ntitle: |\n  Two\n  lines\nsteps:\n  - wait: 1s\n`;
    await post(text);
    const answer = await api.call('POST', '/flows/model/clone', { name: 'copy' });
    expect(answer).toMatchObject({ status: 201, body: { flow: 'copy', version: '1.0.0' } });
    expect((await api.call('GET', '/flows/copy?as=source')).text).toBe(
      text.replace('"model"', '"copy"').replace('3.1.0', '"1.0.0"'),
    );
    expect((await api.audited()).at(-1)).toMatchObject({
      action: 'flow.clone',
      subject: 'copy',
      details: { from: 'model', from_version: '3.1.0' },
    });
    expect((await api.call('POST', '/flows/model/clone', { name: 'copy' })).status).toBe(409);
    expect((await api.call('POST', '/flows/model/clone', { name: 'c2', version: '9.x' })).body.code).toBe(
      'version_not_found',
    );
    expect((await api.call('POST', '/flows/none/clone', { name: 'c2' })).body.code).toBe('flow_not_found');
  });
});
