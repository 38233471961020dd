// Executions over HTTP: lists, streams, states, bulk and approvals, before and after they are archived.
import { expect, test } from 'vitest';
import { eventually } from './api-client.ts';
import { useControlPlane, WAITING } from './control-plane.ts';

const plane = useControlPlane();
const GATED = `  - first: { set: { k: 1 } }\n${WAITING}  - last: { set: { k: 2 } }\n`;

interface Streamed {
  readonly status: number;
  readonly ids: readonly string[];
}

/** The ids of a stream that ends; give it executions that have ended. */
async function streamed(id: string, after?: string): Promise<Streamed> {
  const last: Record<string, string> = after === undefined ? {} : { 'last-event-id': after };
  const { status, text } = await plane().call('GET', `/executions/${id}/events`, undefined, last);
  return { status, ids: [...text.matchAll(/^id: ?(.+)$/gm)].map(([, found]) => found ?? '') };
}

const archived = (id: string) =>
  eventually(async () => {
    const { body } = await plane().call('GET', `/executions?archived=only&q=${id}`);
    return body.items.length === 1;
  });

async function gated(tag: string, count = 1): Promise<{ flow: string; ids: string[] }> {
  const { flow, start, reaches } = plane();
  const name = await flow('gated', GATED, 'vars: { k: 0 }\noutput: { k: $vars.k }\n');
  const ids = await Promise.all(Array.from({ length: count }, () => start(name, { tags: [tag] })));
  for (const id of ids) await reaches(id, 'waiting');
  return { flow: name, ids };
}

async function through(): Promise<string> {
  const { call, reaches } = plane();
  const { ids } = await gated('through');
  const [id = ''] = ids;
  await call('POST', `/executions/${id}/signal`, { type: 'go', data: { a: 1 } });
  await reaches(id, 'completed');
  return id;
}

test('says why it waits, for what and until when, and that it is paused', async () => {
  const { call } = plane();
  const { ids } = await gated('why');
  const view = (await call('GET', `/executions/${ids[0]}`)).body;
  expect(view.why).toMatch(/gate waits for an event: go/);
  expect(view.waiting).toEqual([expect.objectContaining({ step: 'gate', on: 'event', until: expect.any(String) })]);
  expect((await call('POST', `/executions/${ids[0]}/pause`)).status).toBe(202);
  await eventually(async () => /paused/.test((await call('GET', `/executions/${ids[0]}`)).body.why));
});

test('the state at a step: what has ended, what is open, what never was', async () => {
  const { call } = plane();
  const { ids } = await gated('state');
  const state = (query: string) => call('GET', `/executions/${ids[0]}/state?${query}`);
  expect((await state('at=first')).body).toMatchObject({ vars: { k: 1 }, results: { first: { k: 1 } } });
  expect((await state('before=first')).body).toMatchObject({ vars: { k: 0 }, results: {} });
  expect((await state('at=gate')).body.code).toBe('step_not_ended');
  expect((await state('before=last')).body.code).toBe('step_not_ended');
  expect((await state('at=nothing')).body.code).toBe('step_not_found');
  expect((await state('at=first&before=gate')).body.code).toBe('invalid_request');
});

test('a stream goes on after Last-Event-ID, and ends with 204, archived or not', async () => {
  const id = await through();
  const whole = await streamed(id);
  const middle = whole.ids[4] ?? '';
  expect(whole.ids.length).toBeGreaterThan(8);
  expect(await streamed(id, middle)).toEqual({ status: 200, ids: whole.ids.slice(5) });
  await archived(id);
  expect(await streamed(id)).toEqual(whole);
  expect(await streamed(id, middle)).toEqual({ status: 200, ids: whole.ids.slice(5) });
  expect(await streamed(id, whole.ids.at(-1))).toEqual({ status: 204, ids: [] });
});

test('reads the same when it is archived, and takes no steering any more', async () => {
  const { call } = plane();
  const id = await through();
  const before = (await call('GET', `/executions/${id}`)).body;
  await archived(id);
  expect((await call('GET', `/executions/${id}`)).body).toEqual(before);
  expect((await call('GET', `/executions/${id}/state?at=last`)).body.vars).toEqual({ k: 2 });
  for (const operation of ['cancel', 'pause', 'terminate'])
    expect((await call('POST', `/executions/${id}/${operation}`)).body.code, operation).toBe('execution_ended');
  expect((await call('POST', `/executions/${id}/signal`, { type: 'go' })).body.code).toBe('execution_ended');
  const again = await call('POST', `/executions/${id}/rerun`, { from: 'last' });
  expect([again.status, again.body.origin.execution_id]).toEqual([202, id]);
});

test.each([
  ['NUL', '{"input":{"a":"x\\u0000y"}}', { a: 'x\u0000y' }],
  ['half a surrogate pair', '{"input":{"a":"\\ud800"}}', { a: '\ud800' }],
  ['__proto__', '{"input":{"__proto__":{"a":1}}}', JSON.parse('{"__proto__":{"a":1}}')],
])('an input with %s survives the archive', async (_, body, input) => {
  const { flow, start, reaches, call } = plane();
  const id = await start(await flow('odd-input'), body);
  await reaches(id, 'completed');
  await archived(id);
  expect((await call('GET', `/executions/${id}`)).body.input).toEqual(input);
});

test('filters find it by flow, tag, status, environment, version, time and id', async () => {
  const { call } = plane();
  const { flow, ids } = await gated('filter ä');
  const count = async (query: string) => (await call('GET', `/executions?${query}`)).body.items?.length;
  const own = `flow=${flow}`;
  for (const query of [
    '',
    '&status=waiting',
    '&state=open',
    `&tag=${encodeURIComponent('filter ä')}`,
    '&environment=dev',
    '&version=1.0.0',
    '&since=1h',
    `&q=${ids[0]}`,
  ])
    expect(await count(own + query), query).toBe(1);
  for (const query of [
    '&status=completed',
    '&state=ended',
    '&tag=other',
    '&environment=prod',
    '&version=2.0.0',
    '&until=2020-01-01T00:00:00Z',
    '&archived=only',
  ])
    expect(await count(own + query), query).toBe(0);
});

test.each([
  'status=foo',
  'since=yesterday',
  'limit=201',
  'archived=maybe',
  'cursor=bulk',
  'status=failed&status=completed',
])('%s is no filter of executions', async (query) => {
  const { status, body } = await plane().call('GET', `/executions?${query}`);
  expect([status, body.code]).toEqual([400, 'invalid_request']);
});

test('pages hold each execution once while others start', async () => {
  const { flow, start, all } = plane();
  const name = await flow('paged');
  const noise = await flow('noise');
  const known = await Promise.all(Array.from({ length: 25 }, () => start(name)));
  let going = true;
  const others = (async () => {
    while (going) await start(noise);
  })();
  const seen = (await all('/executions', 7)).map(({ execution_id }) => execution_id);
  going = false;
  await others;
  expect(new Set(seen).size).toBe(seen.length);
  expect(known.filter((id) => !seen.includes(id))).toEqual([]);
});

test('bulk does nothing without the right count, then what was counted', async () => {
  const { call, reaches } = plane();
  const { flow, ids } = await gated('bulk', 3);
  const bulk = (body: object) => call('POST', '/executions/bulk', { filter: { flow }, operation: 'cancel', ...body });
  expect((await bulk({ dry_run: true })).body).toMatchObject({ count: 3 });
  expect((await bulk({ expected: 2 })).body.code).toBe('count_changed');
  expect((await bulk({})).body.code).toBe('invalid_request');
  expect((await bulk({ expected: 3, filter: { flo: 'x' } })).body.code).toBe('invalid_request');
  expect((await call('GET', `/executions/${ids[0]}`)).body.status).toBe('waiting');
  expect((await bulk({ expected: 3 })).body).toMatchObject({ done: 3, failed: 0 });
  for (const id of ids) await reaches(id, 'cancelled');
  expect((await bulk({ operation: 'rerun', expected: 3 })).body).toMatchObject({ done: 3 });
});

test('an approval is for whom it names, takes its form, and is decided once', async () => {
  const { flow, start, reaches, token, call } = plane();
  const form = '{ type: object, required: [reason], properties: { reason: { type: string } } }';
  const name = await flow(
    'approved',
    `  - d: { approve: { title: T, to: ["role:operator"], form: ${form}, timeout: 1h } }\n${WAITING}`,
    'category: pay\n',
  );
  const id = await start(name);
  await reaches(id, 'waiting');
  const pay = { kind: 'category', category: 'pay' };
  const operator = await token([{ role: 'operator', on: pay }]);
  const viewer = await token([{ role: 'viewer' }]);
  const elsewhere = await token([{ role: 'operator', on: { kind: 'category', category: 'other' } }]);
  const decide = (body: object, as?: Readonly<Record<string, string>>) =>
    call('POST', `/executions/${id}/steps/d/decision`, body, as);
  const yes = { approved: true, form: { reason: 'fine' } };
  const mine = async (as?: Readonly<Record<string, string>>) =>
    ((await call('GET', '/approvals', undefined, as)).body.items ?? []).map((item: { flow: string }) => item.flow);
  expect([await mine(operator.as), await mine(), await mine(elsewhere.as)]).toEqual([[name], [], []]);
  expect((await decide(yes, viewer.as)).body.code).toBe('forbidden');
  expect((await decide(yes)).body.code).toBe('forbidden');
  expect((await decide(yes, elsewhere.as)).body.code).toBe('forbidden');
  expect((await decide({ approved: true, form: { reason: 5 } }, operator.as)).body.code).toBe('invalid_form');
  expect((await decide({ approved: true }, operator.as)).body.code).toBe('invalid_form');
  expect((await decide(yes, operator.as)).status).toBe(200);
  await eventually(async () => (await decide(yes, operator.as)).body.code === 'approval_not_open');
});
