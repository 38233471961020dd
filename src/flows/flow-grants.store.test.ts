import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FlowApi, flowApi, flowText, YAML } from './testdata/flow-api.ts';

let api: FlowApi;
beforeAll(async () => {
  api = await flowApi();
});
afterAll(() => api.close());
beforeEach(() => api.as([{ role: 'admin', on: { kind: 'all' } }]));

const post = (text: string) => api.call('POST', '/flows', text, YAML);
const put = (name: string, text: string) => api.call('PUT', `/flows/${name}`, text, YAML);

describe('grants', () => {
  const author = (on: { kind: 'category'; category: string } | { kind: 'flow'; flow: string }) => [
    { role: 'author' as const, on },
  ];
  test('on a category let in only there', async () => {
    await post(flowText('g-sales', 'category: sales\n'));
    await post(flowText('g-hr', 'category: hr\n'));
    await post(flowText('g-none'));
    api.as(author({ kind: 'category', category: 'sales' }));
    expect((await post(flowText('g-new', 'category: sales\n'))).status).toBe(201);
    for (const extra of ['category: hr\n', ''])
      expect(await post(flowText('g-x', extra))).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await put('g-sales', flowText('g-sales', 'category: sales\n', 2))).status).toBe(201);
    for (const extra of ['category: hr\n', ''])
      expect((await put('g-sales', flowText('g-sales', extra, 3))).status, extra).toBe(403);
    expect((await put('g-hr', flowText('g-hr', 'category: sales\n', 2))).status).toBe(403);
    expect((await api.call('DELETE', '/flows/g-hr')).status).toBe(403);
    expect((await api.call('POST', '/flows/g-hr/clone', { name: 'g-stolen' })).status).toBe(403);
    expect((await api.call('POST', '/flows/g-absent/clone', { name: 'g-stolen' })).status).toBe(403);
    expect((await api.call('POST', '/flows/g-sales/clone', { name: 'g-copy' })).status).toBe(201);
    const listed = (await api.call('GET', '/flows?q=g-')).body.items.map((one: { flow: string }) => one.flow);
    expect(listed).toEqual(['g-copy', 'g-new', 'g-sales']);
  });
  test('on one flow do not let it be moved to where the caller has none', async () => {
    await post(flowText('g-one', 'category: sales\n'));
    api.as(author({ kind: 'flow', flow: 'g-one' }));
    expect((await put('g-one', flowText('g-one', 'category: sales\n', 2))).status).toBe(201);
    expect((await put('g-one', flowText('g-one', 'category: hr\n', 3))).status).toBe(403);
    expect((await put('g-one', flowText('g-one', '', 3))).status).toBe(201);
  });
  test('do not bring back an archived flow of another category', async () => {
    await post(flowText('g-secret', 'category: hr\n'));
    await api.call('DELETE', '/flows/g-secret');
    api.as(author({ kind: 'category', category: 'sales' }));
    expect((await post(flowText('g-secret', 'category: sales\n'))).status).toBe(403);
  });
  test('a refusal tells nothing of a flow that one may not read: not its name, its category, nor whether it is there', async () => {
    await post(flowText('g-payroll', 'category: payroll\n'));
    const { id } = (await api.call('GET', '/flows/g-payroll')).body;
    const absent = '01890000-0000-7000-8000-000000000001';
    api.as(author({ kind: 'category', category: 'sales' }));
    const clone = async (ref: string) =>
      (await api.call('POST', `/flows/${ref}/clone`, { name: 'g-stolen' })).body.detail.replace(ref, '…');
    expect(new Set(await Promise.all(['g-payroll', id, 'g-nowhere', absent].map(clone)))).toEqual(
      new Set(['This needs the permission flow:read on flow …, which you have not been granted.']),
    );
    const taken = await post(flowText('g-payroll', 'category: sales\n'));
    expect(taken).toMatchObject({ status: 403, body: { detail: expect.not.stringContaining('category') } });
  });
  test('diagnostics suggest no flow that one may not read; to call it is fine', async () => {
    await post(flowText('s-visible', 'category: sales\n'));
    await post(flowText('s-severance', 'category: hr\n'));
    api.as(author({ kind: 'category', category: 'sales' }));
    const calling = (ref: string) => `flow: s-caller\ncategory: sales\nsteps:\n  - a: { flow: ${ref} }\n`;
    const text = calling('s-severence');
    const file = { path: 's-caller.flow.yaml', content: text };
    const answers = [
      await put('s-visible', text.replace('s-caller', 's-visible')),
      await api.call('POST', '/flows/validate', text, YAML),
      await api.call('POST', '/flows/validate', 'flow: x\nsteps:\n  - s_severence\n', YAML),
      await api.call('POST', '/import', { files: [file], dry_run: true }),
    ];
    for (const { text: told } of answers) {
      expect(told).toMatch(/WEIR500[18]/);
      expect(told).not.toContain('s-severance');
    }
    expect(answers[1]?.text).toContain('s-visible');
    expect((await post(calling('s-severance'))).status).toBe(201);
    api.as([{ role: 'admin', on: { kind: 'all' } }]);
    expect((await api.call('POST', '/flows/validate', text, YAML)).text).toContain('s-severance');
    // What is stored is shown to others than who stored it.
    expect((await put('s-visible', text.replace('s-caller', 's-visible').replace('a:', 'b:'))).status).toBe(201);
    api.as(author({ kind: 'category', category: 'sales' }));
    const { diagnostics } = (await api.call('GET', '/flows/s-visible')).body;
    expect(diagnostics).toMatchObject([{ code: 'WEIR5008', message: expect.stringContaining('s-severence') }]);
    expect(JSON.stringify(diagnostics)).not.toContain('s-severance');
  });
  test('end at the organisation', async () => {
    await api.database.sql`insert into organisations (id, title) values ('other', 'Other')`;
    await post(flowText('g-ours'));
    const { id } = (await api.call('GET', '/flows/g-ours')).body;
    api.as([{ role: 'admin', on: { kind: 'all' } }], 'other');
    for (const ref of ['g-ours', id]) {
      expect((await api.call('GET', `/flows/${ref}`)).status).toBe(404);
      expect((await put(ref, flowText('g-ours', '', 2))).status).toBe(404);
      expect((await api.call('DELETE', `/flows/${ref}`)).status).toBe(404);
    }
    expect((await api.call('GET', '/flows')).body.items).toEqual([]);
    expect((await post(flowText('g-ours', 'title: Theirs\n'))).status).toBe(201);
    api.as([{ role: 'admin', on: { kind: 'all' } }]);
    expect((await api.call('GET', '/flows/g-ours')).body.title).toBeNull();
  });
});
