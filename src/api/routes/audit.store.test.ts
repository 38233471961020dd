import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createAuditLog } from '../../audit/create-audit-log.ts';
import { contextOf, entryOf } from '../../audit/testdata/audit-room.ts';
import { signer, verdictOf } from '../../audit/testdata/sample-export.ts';
import { LOCAL_PRINCIPAL, ROLES } from '../../auth/principal.ts';
import { change } from '../../store/change.ts';
import { type StoreApi, storeApi } from '../testdata/store-api.ts';

let api: StoreApi;
beforeAll(async () => {
  api = await storeApi({
    maintenanceUrl: inject('databaseUrl'),
    control: (context, database) => ({ audit: createAuditLog({ database, signer })(context) }),
  });
  await change(api.database, contextOf(), async (_tx, record) => {
    for (let n = 1; n <= 5; n++) record(entryOf(n));
    record({ action: 'flow.odd', subject: { type: 'flow', id: '\u0000 \u2028' }, details: { b: 1, a: 1e21 } });
  });
});
afterAll(() => api.close());

test('pages, newest first; bodies stand there as they were hashed, to the byte', async () => {
  const first = await api.call('GET', '/audit?limit=4');
  expect(first.status).toBe(200);
  expect(first.body.items.map(({ seq }: { seq: number }) => seq)).toEqual([6, 5, 4, 3]);
  expect(first.body.items[0].body).toMatchObject({ action: 'flow.odd', subject: { id: '\u0000 \u2028' } });
  const [row] = await api.database.sql<{ body: string }[]>`select body from audit_records where seq = 6`;
  expect(first.text).toContain(`{"seq":6,"body":${row?.body},"hash":"`);
  const rest = await api.call('GET', `/audit?limit=4&cursor=${first.body.next}`);
  expect(rest.body).toMatchObject({ items: [{ seq: 2 }, { seq: 1 }], next: null });
});

test('filters', async () => {
  const seqs = async (query: string) =>
    (await api.call('GET', `/audit?${query}`)).body.items.map(({ seq }: { seq: number }) => seq);
  expect(await seqs('action=flow.odd')).toEqual([6]);
  expect(await seqs('subject_type=flow&subject=flow-2')).toEqual([2]);
  expect(await seqs('actor=user:nobody')).toEqual([]);
  expect(await seqs('until=2020-01-01T00:00:00Z')).toEqual([]);
  expect(await seqs('since=2020-01-01T00:00:00%2B02:00&action=flow.update')).toEqual([4, 2]);
  expect(await seqs(`action=${encodeURIComponent("x' or 1=1 --")}`)).toEqual([]);
});

test.each(['limit=0', 'limit=1000', 'cursor=0', 'cursor=x', 'since=yesterday', 'subject_type=odd', 'action='])(
  '?%s is refused',
  async (query) => {
    expect(await api.call('GET', `/audit?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  },
);

test('the export verifies offline; the database verifies', async () => {
  const answer = await api.request('/audit/export'); // lines of JSON are no JSON to call()
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="audit-\d{4}-\d\d-\d\d\.jsonl"$/);
  expect(await verdictOf(await answer.text())).toMatchObject({ ok: true, records: 7 });
  expect((await api.call('GET', '/audit/export?format=csv')).headers.get('content-type')).toMatch(/^text\/csv/);
  expect((await api.call('GET', '/audit/export?format=xml')).status).toBe(400);
  expect((await api.call('GET', '/audit/verify')).body).toMatchObject({
    ok: true,
    records: 8,
    faults: [],
    key_id: signer.keyId,
  });
});

test('a reader that goes away ends the reading', async () => {
  await change(api.database, contextOf(), async (_tx, record) => {
    for (let n = 0; n < 1_200; n++) record(entryOf(n));
  });
  const response = await api.request('/audit/export');
  const reader = response.body?.getReader();
  expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
  await reader?.cancel();
  expect((await api.call('GET', '/audit?limit=1')).status).toBe(200);
});

describe('who may read it', () => {
  afterAll(() => void (api.principal = LOCAL_PRINCIPAL));
  test.each(ROLES)('%s', async (role) => {
    const on = { kind: 'all' } as const;
    api.principal = { ...LOCAL_PRINCIPAL, grants: [{ role, on }] };
    const expected = role === 'admin' || role === 'auditor' ? 200 : 403;
    for (const path of ['/audit', '/audit/export', '/audit/verify'])
      expect((await api.request(path)).status, path).toBe(expected);
    api.principal = { ...LOCAL_PRINCIPAL, grants: [{ role, on: { kind: 'category', category: 'a' } }] };
    expect((await api.call('GET', '/audit')).status).toBe(403);
  });

  test('another organisation sees nothing of this one', async () => {
    api.principal = { ...LOCAL_PRINCIPAL, organisation: 'another' };
    expect((await api.call('GET', '/audit')).body).toEqual({ items: [], next: null });
    expect((await api.call('GET', '/audit/verify')).body).toMatchObject({ ok: true, records: 0 });
  });
});
