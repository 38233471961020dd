// Flows and deployments over HTTP, knowing the contract only.
import { expect, test } from 'vitest';
import { flowSource, setting, useControlPlane, WAITING } from './control-plane.ts';

const plane = useControlPlane();
const sorted = (values: readonly (string | number)[]) => [...values].sort((a, b) => String(a).localeCompare(String(b)));
const ten = Array.from({ length: 10 }, (_, index) => index);

test('the same content makes no version, whatever its comments and line ends', async () => {
  const { flow, store, call } = plane();
  const name = await flow('same');
  expect((await store('PUT', flowSource(name))).status).toBe(200);
  expect((await store('PUT', `# told\n${flowSource(name).replaceAll('\n', '\r\n')}`)).status).toBe(200);
  expect((await call('GET', `/flows/${name}/versions`)).body.items).toHaveLength(1);
});

test('a version that goes back is refused and names both', async () => {
  const { flow, store } = plane();
  const name = await flow('back', setting(1), 'version: 2.0.0\n');
  const answer = await store('PUT', flowSource(name, setting(2), 'version: 1.9.9\n'));
  expect([answer.status, answer.body.code]).toEqual([409, 'version_conflict']);
  expect(answer.body.detail).toMatch(/1\.9\.9.*2\.0\.0/);
});

test('of ten writers of one version one wins', async () => {
  const { flow, store } = plane();
  const name = await flow('race');
  const answers = await Promise.all(
    ten.map((x) => store('PUT', flowSource(name, setting(100 + x), 'version: 3.0.0\n'))),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ body }) => body.code === 'version_conflict')).toHaveLength(9);
});

test('of ten writers with the same If-Match one wins', async () => {
  const { flow, store, call } = plane();
  const name = await flow('match');
  const etag = (await call('GET', `/flows/${name}`)).headers.get('etag') ?? '';
  const answers = await Promise.all(
    ten.map((x) => store('PUT', flowSource(name, setting(200 + x)), { 'if-match': etag })),
  );
  expect(sorted(answers.map(({ status }) => status))).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
});

test('ten writers without If-Match get ten versions', async () => {
  const { flow, store } = plane();
  const name = await flow('all');
  const answers = await Promise.all(ten.map((x) => store('PUT', flowSource(name, setting(300 + x)))));
  expect(new Set(answers.map(({ body }) => body.version)).size).toBe(10);
});

test('of ten who create one flow one wins', async () => {
  const { name, store } = plane();
  const source = flowSource(name('created'));
  const answers = await Promise.all(ten.map(() => store('POST', source)));
  expect(sorted(answers.map(({ status, body }) => body.code ?? status))).toEqual([
    201,
    ...Array.from({ length: 9 }, () => 'flow_exists'),
  ]);
});

test.each([
  ['two documents', 'flow: a\nsteps:\n  - x: { set: { y: 1 } }\n---\nflow: b\n', 'WEIR0004'],
  ['a name with capitals', flowSource('Name'), 'WEIR1004'],
  ['NUL in a text', flowSource('nul', setting(1), 'title: "a\\0b"\n'), 'WEIR1904'],
  ['half a surrogate pair', flowSource('half', setting(1), 'title: "a\\ud800"\n'), 'WEIR1904'],
  [
    'an unknown time zone',
    flowSource('zone', setting(1), 'trigger: { schedule: "0 9 * * *", timezone: Mars/X }\n'),
    'WEIR1012',
  ],
  ['nothing at all', '', 'WEIR1003'],
])('%s is refused with its place and stored nowhere', async (_, source, code) => {
  const answer = await plane().store('POST', source);
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid_flow']);
  expect(answer.body.errors).toContainEqual(expect.objectContaining({ code, line: expect.any(Number) }));
});

test('search takes odd characters as text', async () => {
  const { flow, call } = plane();
  const frame = 'title: "Größe 日本語 %_\\\\"\ndescription: "quick brown l\'eau"\n';
  const name = await flow('searched', setting(1), frame);
  const found = async (q: string) => {
    const answer = await call('GET', `/flows?limit=100&q=${encodeURIComponent(q)}`);
    expect(answer.status, q).toBe(200);
    return answer.body.items.map((item: { flow: string }) => item.flow).includes(name);
  };
  for (const q of ['größe', '日本', "l'eau", 'quick bro', 'searched', 'quick & ('])
    expect(await found(q), q).toBe(true);
  for (const q of ['%', "'", '"', '\\', '| |', '<->', "' OR 1=1 --"]) expect(await found(q), q).toBe(false);
});

test('paging gives each flow once, and no cursor that it did not give', async () => {
  const { flow, all, call } = plane();
  const category = 'paged';
  const names = await Promise.all(ten.map(() => flow('paged', setting(1), `category: ${category}\n`)));
  const items = await all(`/flows?category=${category}`, 3);
  expect(sorted(items.map((item) => item.flow))).toEqual(sorted(names));
  const first = names[0];
  expect((await call('GET', `/flows/${first}/versions?cursor=junk`)).body.code).toBe('invalid_request');
  expect((await call('GET', '/flows?cursor=')).body.detail).toMatch(/cursor/);
  for (const limit of ['0', '-1', '1.5', 'x', '501']) {
    expect((await call('GET', `/flows?limit=${limit}`)).status, limit).toBe(400);
  }
});

test('an archived flow is gone, and POST brings it back with its id and the next version', async () => {
  const { flow, store, call } = plane();
  const name = await flow('archived');
  const { id } = (await call('GET', `/flows/${name}`)).body;
  expect((await call('DELETE', `/flows/${name}`)).status).toBe(204);
  for (const [method, path, body] of [
    ['GET', `/flows/${name}`, undefined],
    ['DELETE', `/flows/${name}`, undefined],
    ['POST', `/flows/${name}/execute`, {}],
    ['POST', `/flows/${name}/clone`, { name: 'copy' }],
  ] as const) {
    expect((await call(method, path, body)).body.code, `${method} ${path}`).toBe('flow_not_found');
  }
  expect((await store('PUT', flowSource(name, setting(2)))).body.code).toBe('flow_not_found');
  expect((await call('GET', `/flows/${name}?archived=true`)).body.id).toBe(id);
  const back = await store('POST', flowSource(name, setting(2)));
  expect([back.status, back.body.id, back.body.version]).toEqual([201, id, '1.0.1']);
});

test('a flow in use is archived only by force, and what runs goes on', async () => {
  const { flow, start, reaches, call } = plane();
  const name = await flow('busy', WAITING);
  const id = await start(name);
  await reaches(id, 'waiting');
  expect((await call('DELETE', `/flows/${name}`)).body.code).toBe('flow_in_use');
  expect((await call('DELETE', `/flows/${name}?force`)).status).toBe(204);
  expect((await call('POST', `/executions/${id}/signal`, { type: 'go' })).status).toBe(200);
  await reaches(id, 'completed');
});

test('a clone begins at 1.0.0 and takes no name that is there', async () => {
  const { flow, name, call } = plane();
  const original = await flow('original', setting(1), '# kept\nversion: 4.2.0\n');
  const copy = name('copy');
  const answer = await call('POST', `/flows/${original}/clone`, { name: copy });
  expect([answer.status, answer.body.version]).toEqual([201, '1.0.0']);
  expect((await call('GET', `/flows/${copy}?as=source`)).text).toContain('# kept');
  expect((await call('POST', `/flows/${original}/clone`, { name: copy })).body.code).toBe('flow_exists');
});

test('a template fills in values, never syntax', async () => {
  const { name, call } = plane();
  const template = name('template');
  const source = 'flow: template\nsteps:\n  - a: { set: { x: {{a}} } }\n';
  const parameters = { type: 'object', properties: { a: { type: 'string' } } };
  expect((await call('POST', '/templates', { name: template, parameters, source })).status).toBe(201);
  const made = name('filled');
  const evil = 'x }\n  - evil: { set: { y: 1 } } #';
  const use = (body: object) => call('POST', `/templates/${template}/flows`, { flow: made, ...body });
  expect((await use({ parameters: { a: 5 } })).body.code).toBe('invalid_input');
  expect((await use({ parameters: { a: 'x', b: 1 } })).body.code).toBe('invalid_input');
  expect((await use({ parameters: { a: evil } })).status).toBe(201);
  const run = await call('POST', `/flows/${made}/execute?wait=20s`, {});
  expect(run.body.steps.map((step: { id: string; result: unknown }) => [step.id, step.result])).toEqual([
    ['a', { x: evil }],
  ]);
});

test('a diff tells lines and steps, and unknown versions are none', async () => {
  const { flow, store, call } = plane();
  const name = await flow('diffed');
  await store('PUT', flowSource(name, `${setting(2)}  - added: { set: { y: 1 } }\n`));
  const { body } = await call('GET', `/flows/${name}/diff?from=1.0.0`);
  expect(body.text).toContain('+  - added');
  expect(sorted(body.graph.map((entry: { change: string; at: string }) => `${entry.change} ${entry.at}`))).toEqual([
    'added added',
    'changed first',
  ]);
  expect((await call('GET', `/flows/${name}/diff?from=9.9.9`)).body.code).toBe('version_not_found');
});

test('starting, or running again, in a version that is not there says version_not_found', async () => {
  const { flow, start, reaches, call } = plane();
  const name = await flow('versions');
  expect((await call('POST', `/flows/${name}/execute`, { version: '9.9.9' })).body.code).toBe('version_not_found');
  const id = await start(name);
  await reaches(id, 'completed');
  expect((await call('POST', `/executions/${id}/rerun`, { version: '9.9.9' })).body.code).toBe('version_not_found');
});
