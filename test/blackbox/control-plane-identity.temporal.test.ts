// Tokens, grants, organisations and the audit log over HTTP.
import { expect, test } from 'vitest';
import { bearer, type ControlPlane, flowSource, setting, useControlPlane, WAITING } from './control-plane.ts';

const plane = useControlPlane();
const YAML = { 'content-type': 'application/yaml' };
const inCategory = (category: string) => ({ kind: 'category', category });
const code = async (answer: ReturnType<ControlPlane['call']>) => (await answer).body.code;

test('a token is refused from the moment it is revoked, and so is one that has expired', async () => {
  const { token, call } = plane();
  const revoked = await token([{ role: 'viewer' }]);
  const expired = await token([{ role: 'viewer' }], { expires_in: '1s' });
  expect((await call('GET', '/me', undefined, revoked.as)).status).toBe(200);
  expect((await call('DELETE', `/tokens/${revoked.id}`)).status).toBe(200);
  expect(await code(call('GET', '/me', undefined, revoked.as))).toBe('unauthenticated');
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect(await code(call('GET', '/me', undefined, expired.as))).toBe('unauthenticated');
});

test('nobody gives more than he has, for longer than he has it', async () => {
  const { token, call } = plane();
  const author = await token([{ role: 'author', on: inCategory('billing') }], { expires_in: '1h' });
  const make = (role: string, on: unknown, more = {}) =>
    call('POST', '/tokens', { name: 'x', grants: [{ role, on }], ...more }, author.as);
  expect((await make('author', inCategory('billing'))).status).toBe(201);
  expect(await code(make('author', inCategory('shipping')))).toBe('forbidden');
  expect(await code(make('author', { kind: 'all' }))).toBe('forbidden');
  expect(await code(make('operator', inCategory('billing')))).toBe('forbidden');
  expect(await code(make('author', inCategory('billing'), { expires_in: '2h' }))).toBe('forbidden');
  expect(await code(make('author', inCategory('billing'), { expires_in: 'never' }))).toBe('forbidden');
});

test.each([
  [{ grants: [] }],
  [{ name: 'a\u202eb' }],
  [{ expires_in: '800d' }],
  [{ expires_at: '2020-01-01T00:00:00Z' }],
  [{ expires_in: '1d', expires_at: '2099-01-01T00:00:00Z' }],
  [{ grants: [{ role: 'root', on: { kind: 'all' } }] }],
])('%j makes no token', async (body) => {
  const grants = [{ role: 'viewer', on: { kind: 'all' } }];
  const { status, body: problem } = await plane().call('POST', '/tokens', { name: 'x', grants, ...body });
  expect([status, problem.code]).toEqual([400, 'invalid_request']);
});

test('what was made with a leaked token goes with it', async () => {
  const { token, call } = plane();
  const leaked = await token([{ role: 'viewer' }]);
  const grants = [{ role: 'viewer', on: { kind: 'all' } }];
  const child = (await call('POST', '/tokens', { name: 'child', grants }, leaked.as)).body;
  await call('DELETE', `/tokens/${leaked.id}`);
  expect((await call('GET', '/me', undefined, bearer(child.secret))).status).toBe(200);
  await call('DELETE', `/tokens/${leaked.id}?made=true`);
  expect((await call('GET', '/me', undefined, bearer(child.secret))).status).toBe(401);
});

test.each([
  ['none', {}],
  ['Basic', { authorization: 'Basic abc' }],
  ['one character short', { authorization: 'Bearer weir_abc_def' }],
  ['a cookie that is no session', { authorization: '', cookie: 'weir_session=x' }],
])('credentials: %s is nobody', async (_, headers) => {
  const answer = await fetch(`${plane().url}/me`, { headers: headers as Record<string, string> }); // literals above
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toContain('Bearer');
});

test('a grant on a category opens that category and nothing else', async () => {
  const { flow, token, call, store } = plane();
  const own = await flow('billed', setting(1), 'category: billing\n');
  const other = await flow('shipped', setting(1), 'category: shipping\n');
  const { as } = await token([{ role: 'author', on: inCategory('billing') }]);
  const listed = (await plane().all('/flows', 100, as)).map((item) => item.category);
  expect(new Set(listed)).toEqual(new Set(['billing']));
  expect((await call('GET', `/flows/${own}`, undefined, as)).status).toBe(200);
  for (const path of [
    `/flows/${other}`,
    `/flows/${other}/versions`,
    `/flows/${other}/diff?from=1.0.0`,
    `/flows/${other}/outcomes`,
  ])
    expect(await code(call('GET', path, undefined, as)), path).toBe('forbidden');
  expect(await code(store('PUT', flowSource(own, setting(2), 'category: shipping\n'), as))).toBe('forbidden');
  expect(await code(store('PUT', flowSource(other, setting(2), 'category: billing\n'), as))).toBe('forbidden');
  expect(await code(store('POST', flowSource('uncategorised'), as))).toBe('forbidden');
  expect(await code(call('POST', `/flows/${own}/execute`, {}, as))).toBe('forbidden');
  const exported = (await call('GET', '/export', undefined, as)).text;
  expect([exported.includes(own), exported.includes(other)]).toEqual([true, false]);
});

test('executions go out of sight with the category of their flow', async () => {
  const { flow, start, reaches, token, call, store } = plane();
  const name = await flow('moved', setting(1), 'category: pay\n');
  const id = await start(name);
  await reaches(id, 'completed');
  const { as } = await token([{ role: 'operator', on: inCategory('pay') }]);
  expect((await call('GET', `/executions/${id}`, undefined, as)).status).toBe(200);
  await store('PUT', flowSource(name, setting(1), 'category: elsewhere\n'));
  expect(await code(call('GET', `/executions/${id}`, undefined, as))).toBe('forbidden');
  expect((await call('GET', `/executions?flow=${name}`, undefined, as)).body.items).toEqual([]);
});

test('somebody must be left to administer', async () => {
  const { call } = plane();
  const { owner_token } = (await call('POST', '/organisations', { id: 'lonely' })).body;
  const as = bearer(owner_token);
  const id = (await call('GET', '/me', undefined, as)).body.id.split(':')[1];
  expect(await code(call('DELETE', `/tokens/${id}`, undefined, as))).toBe('last_admin');
  expect((await call('GET', '/me', undefined, as)).status).toBe(200);
});

test('a second organisation sees nothing of the first, by no id, name, cursor or list', async () => {
  const { flow, start, reaches, token, call, all } = plane();
  const { owner_token } = (await call('POST', '/organisations', { id: 'acme' })).body;
  const as = bearer(owner_token);
  const name = await flow('ours', WAITING);
  const { id } = (await call('GET', `/flows/${name}`)).body;
  const execution = await start(name, { tags: ['ours'] });
  await reaches(execution, 'waiting');
  const made = await token([{ role: 'viewer' }]);
  await token([{ role: 'viewer' }]);
  await start(name);
  for (const [method, path, body] of [
    ['GET', `/flows/${name}`],
    ['GET', `/flows/${id}`],
    ['DELETE', `/flows/${id}?force`],
    ['GET', `/flows/${id}/versions/1.0.0`],
    ['GET', `/flows/${id}/diff?from=1.0.0`],
    ['POST', `/flows/${id}/clone`, { name: 'stolen' }],
    ['POST', `/flows/${id}/execute`, {}],
    ['PUT', `/flows/${id}/deployments/prod`, { version: '1.0.0' }],
    ['GET', `/flows/${id}/outcomes`],
    ['GET', `/executions/${execution}`],
    ['GET', `/executions/${execution}/events`],
    ['GET', `/executions/${execution}/state?before=gate`],
    ['POST', `/executions/${execution}/signal`, { type: 'go' }],
    ['POST', `/executions/${execution}/cancel`],
    ['POST', `/executions/${execution}/terminate`],
    ['POST', `/executions/${execution}/rollback`, { to: 'gate' }],
    ['POST', `/executions/${execution}/rerun`, {}],
    ['DELETE', `/tokens/${made.id}`],
  ] as const)
    expect((await call(method, path, body, as)).status, `${method} ${path}`).toBe(404);
  for (const list of [
    '/flows',
    '/executions',
    '/deployments',
    '/schedules',
    '/events',
    '/grants',
    '/users',
    '/templates',
  ])
    expect(await all(list, 50, as), list).toEqual([]);
  for (const list of ['/flows', '/executions', '/tokens', '/audit']) {
    const { next } = (await call('GET', `${list}?limit=1`)).body;
    const page = await call('GET', `${list}?cursor=${encodeURIComponent(next)}`, undefined, as);
    expect(`${page.status} ${page.text}`, list).not.toMatch(new RegExp(`${name}|${execution}|${made.id}`));
  }
  expect((await call('GET', '/audit/export', undefined, as)).text).not.toContain(name);
  const bulk = { filter: {}, operation: 'cancel', dry_run: true };
  expect((await call('POST', '/executions/bulk', bulk, as)).body.count).toBe(0);
  expect(await code(call('POST', '/organisations', { id: 'third' }, as))).toBe('forbidden');
  expect((await call('GET', `/executions/${execution}`)).body.status).toBe('waiting');
});

test('the same names and the same idempotency keys are apart by organisation', async () => {
  const { flow, name, call } = plane();
  const { owner_token } = (await call('POST', '/organisations', { id: 'same-names' })).body;
  const as = bearer(owner_token);
  const called = await flow('shared', '  - a: { return: ours }\n');
  await call('POST', '/flows', flowSource(called, '  - a: { return: theirs }\n'), { ...YAML, ...as });
  const key = { 'idempotency-key': name('key') };
  const run = (headers: object) => call('POST', `/flows/${called}/execute?wait=20s`, {}, { ...key, ...headers });
  const [ours, theirs] = [await run({}), await run(as)];
  expect([ours.body.output, theirs.body.output]).toEqual(['ours', 'theirs']);
  expect(ours.body.execution_id).not.toBe(theirs.body.execution_id);
});

test('all that was done is in the audit log, in order, and without secrets', async () => {
  const { flow, store, deploy, token, start, call, all, reaches } = plane();
  const name = await flow('audited', WAITING);
  await store('PUT', flowSource(name, `${WAITING}${setting(2)}`));
  await deploy(name, 'prod', { version: '1.0.0' });
  await deploy(name, 'prod', { version: '1.0.1' });
  await call('POST', `/flows/${name}/deployments/prod/rollback`);
  const id = await start(name, { environment: 'prod', input: { pin: 'hunter2' } });
  await reaches(id, 'waiting');
  await call('POST', `/executions/${id}/pause`);
  await call('POST', `/executions/${id}/resume`);
  await call('POST', `/executions/${id}/terminate`);
  await call('DELETE', `/flows/${name}/deployments/prod`);
  await call('DELETE', `/flows/${name}?force`);
  const made = await token([{ role: 'viewer' }]);
  await call('DELETE', `/tokens/${made.id}`);
  const records = (await all('/audit', 100)).reverse();
  const about = records.filter(({ body }) => JSON.stringify(body).match(new RegExp(`"${name}[/"]|${id}|${made.id}`)));
  // What is done in Temporal counts by its intent, which comes before it is done; its outcome may follow later.
  const done = about
    .filter(({ body }) => body.outcome === 'intended' || (body.outcome === 'success' && body.intent === undefined))
    .map(({ body }) => body.action);
  expect(done.filter((action) => !/^execution\.(completed|terminated)$/.test(action))).toEqual([
    'flow.create',
    'flow.update',
    'deployment.create',
    'deployment.create',
    'deployment.rollback',
    'execution.start',
    'execution.pause',
    'execution.resume',
    'execution.terminate',
    'deployment.remove',
    'flow.archive',
    'token.create',
    'token.revoke',
  ]);
  expect(JSON.stringify(records)).not.toMatch(/hunter2|weir_[0-9A-Za-z]+_/);
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1));
  expect((await call('GET', '/audit/verify')).body).toMatchObject({ ok: true, faults: [] });
});
