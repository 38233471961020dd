import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readYamlDocument } from '../adapters/yaml-document.ts';
import { type FlowApi, flowApi } from './testdata/flow-api.ts';

let api: FlowApi;
beforeAll(async () => {
  api = await flowApi();
  await api.database.sql`insert into organisations (id, title) values ('other', 'Other')`;
});
afterAll(() => api.close());
beforeEach(() => api.as([{ role: 'admin', on: { kind: 'all' } }]));

const SOURCE = `# made for {{team}}
flow: template   # renamed
version: 2.0.0
title: Notify {{team}}
description: |
  For {{team}}:
    at most {{limit}} a day

vars:
  limit: {{limit}}
  quoted: "{{limit}}"
  single: 'it''s {{ team }}'
  extra: {{extra}}
  list: [{{team}}, "a {{team}} b"]
steps:
  - pause: { wait: 1s }   # not {{limit}}
`;
const PARAMETERS = {
  type: 'object',
  required: ['team'],
  properties: {
    team: { type: 'string', maxLength: 300 },
    limit: { type: 'integer', default: 5 },
    extra: { default: null },
  },
};
const create = (name: string, more: object = {}) =>
  api.call('POST', '/templates', { name, source: SOURCE, parameters: PARAMETERS, ...more });
const use = (template: string, flow: string, parameters?: object) =>
  api.call('POST', `/templates/${template}/flows`, { flow, ...(parameters !== undefined && { parameters }) });

test('a template is stored, listed, read and deleted, with audit records', async () => {
  expect(await create('notify', { title: 'Notify', tags: ['a'] })).toMatchObject({
    status: 201,
    body: { name: 'notify', title: 'Notify', category: null, tags: ['a'], source: SOURCE },
  });
  expect((await create('notify')).body.code).toBe('exists');
  const [item] = (await api.call('GET', '/templates')).body.items;
  expect(item).toMatchObject({ name: 'notify', parameters: PARAMETERS });
  expect(item).not.toHaveProperty('source');
  expect((await api.call('GET', '/templates/notify')).body.source).toBe(SOURCE);
  expect((await api.call('DELETE', '/templates/notify')).status).toBe(204);
  for (const method of ['GET', 'DELETE'])
    expect(await api.call(method, '/templates/notify')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect((await api.audited()).map(({ action, subject }) => `${action} ${subject}`)).toEqual([
    'template.create notify',
    'template.delete notify',
  ]);
});

describe('a flow from a template', () => {
  beforeAll(async () => {
    api.as([{ role: 'admin', on: { kind: 'all' } }]);
    await create('base');
  });
  const sourceOf = async (flow: string) => (await api.call('GET', `/flows/${flow}?as=source`)).text;

  test('has its places filled, its name, its comments, and is checked as any flow', async () => {
    expect(await use('base', 'notify-sales', { team: 'sales', extra: { a: [1, true] } })).toMatchObject({
      status: 201,
      body: { flow: 'notify-sales', version: '2.0.0', title: 'Notify sales' },
    });
    const source = await sourceOf('notify-sales');
    expect(source).toContain('# made for {{team}}');
    expect(source).toContain('# not {{limit}}');
    expect(readYamlDocument(source).value).toEqual({
      flow: 'notify-sales',
      version: '2.0.0',
      title: 'Notify sales',
      description: 'For sales:\n  at most 5 a day\n',
      vars: { limit: 5, quoted: '5', single: "it's sales", extra: { a: [1, true] }, list: ['sales', 'a sales b'] },
      steps: [{ pause: { wait: '1s' } }],
    });
    expect((await api.audited()).at(-1)).toMatchObject({
      action: 'flow.create',
      subject: 'notify-sales',
      details: { template: 'base' },
    });
    expect((await use('base', 'notify-sales', { team: 'sales' })).body.code).toBe('flow_exists');
  });

  test.each([
    'x\nsteps: []',
    'x"\nevil: 1\n#',
    "x'\nevil: 1",
    '"',
    "'",
    '\\',
    '\\"',
    ': ',
    ' # comment',
    '{a: b}',
    '[1, 2]',
    '- x',
    '*alias',
    '&anchor x',
    '!!js/function x',
    '!tag',
    '| ',
    '>\n  x',
    '%YAML 1.2',
    '---',
    '\n---\nflow: evil',
    '...',
    '? x',
    'true',
    'null',
    '~',
    '1e3',
    '0x10',
    '2020-01-01',
    ' leading',
    'trailing ',
    '\ttab',
    'a\tb',
    '\r\n',
    '\u0085',
    '\u2028evil: 1',
    '\u2029',
    '\ufeff',
    '\u007f\u009f',
    '',
    ' ',
    '\n',
    '\n\n\n',
    '  - a\n  - b',
    '{{limit}}',
    '{{team}}',
    '{{ extra }}',
    '$&',
    '$1',
    '$`',
    '<<',
    '__proto__',
    '=',
    '@x',
    '`x`',
    ',',
    'x, y',
    '#',
    'ünï 日本 😀',
    'a'.repeat(300),
  ])('takes %j as a text and nothing else', async (evil) => {
    const flow = `evil-${Math.random().toString(36).slice(2)}`;
    const answer = await use('base', flow, { team: evil, extra: evil });
    expect(answer.status, answer.text).toBe(201);
    expect(readYamlDocument(await sourceOf(flow)).value).toEqual({
      flow,
      version: '2.0.0',
      title: `Notify ${evil}`,
      description: `For ${evil}:\n  at most 5 a day\n`,
      vars: { limit: 5, quoted: '5', single: `it's ${evil}`, extra: evil, list: [evil, `a ${evil} b`] },
      steps: [{ pause: { wait: '1s' } }],
    });
  });

  test.each([
    [{}, 'required'],
    [{ team: 1 }, 'must be string'],
    [{ team: 'x', limit: '5; evil' }, 'must be integer'],
    [{ team: 'x', limit: 1.5 }, 'must be integer'],
    [{ team: 'x', other: 1 }, 'is no parameter'],
    [{ team: 'x'.repeat(301) }, '300'],
  ])('refuses %j', async (parameters, why) => {
    const answer = await use('base', 'refused', parameters);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', errors: [{ path: expect.any(String) }] },
    });
    expect(answer.body.detail).toContain(why);
  });

  test('takes no list into a text, no forbidden key, and no flow that has errors', async () => {
    await create('texts', {
      source: 'flow: t\ntitle: "{{x}}"\nsteps:\n  - wait: {{x}}\n',
      parameters: { type: 'object', properties: { x: {} } },
    });
    expect(await use('texts', 'texts-1', { x: [1] })).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    expect(await use('texts', 'texts-1')).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    expect(await use('texts', 'texts-1', { x: 'soon' })).toMatchObject({ status: 400, body: { code: 'invalid_flow' } });
    const proto = JSON.parse('{ "team": "x", "extra": { "__proto__": { "polluted": true } } }');
    expect((await use('base', 'texts-2', proto)).status).toBe(400);
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
    expect((await use('base', 'texts-3', { team: '\0' })).body.code).toBe('invalid_flow');
    expect((await use('none', 'texts-4')).status).toBe(404);
  });
});

test('the template of the guide makes a flow', async () => {
  const [, source] = /```text\n(flow: template\n[\s\S]*?)```/.exec(readFileSync('docs/guides/flows.md', 'utf8')) ?? [];
  const parameters = { type: 'object', properties: { team: { type: 'string' }, limit: { type: 'integer' } } };
  expect((await create('of-the-guide', { source, parameters })).status).toBe(201);
  expect(await use('of-the-guide', 'guided', { team: 'a: b', limit: 3 })).toMatchObject({
    status: 201,
    body: { title: 'Notify a: b', diagnostics: [] },
  });
});

test.each([
  ['a place that is no parameter', { source: 'flow: a\ntitle: {{nope}}\nsteps: []\n' }],
  ['a place in a key', { source: 'flow: a\nvars: { {{team}}: 1 }\nsteps: []\n' }],
  ['what is no YAML', { source: 'flow: [' }],
  ['parameters that are no schema', { parameters: { type: 'nonsense' } }],
  ['a name that is none', { name: 'No Name' }],
  ['an unknown key', { wat: 1 }],
])('%s is refused', async (_, more) => {
  expect(await create('faulty', more)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
});

test('grants on a category see its templates and those of nobody; other organisations see none', async () => {
  await create('t-sales', { category: 'sales' });
  await create('t-hr', { category: 'hr' });
  await create('t-all');
  api.as([{ role: 'author', on: { kind: 'category', category: 'sales' } }]);
  const names = async () => (await api.call('GET', '/templates')).body.items.map((one: { name: string }) => one.name);
  expect((await names()).filter((name: string) => name.startsWith('t-'))).toEqual(['t-all', 't-sales']);
  expect((await api.call('GET', '/templates/t-hr')).status).toBe(404);
  expect((await use('t-hr', 'stolen', { team: 'x' })).status).toBe(404);
  expect((await use('t-all', 'no-category', { team: 'x' })).status).toBe(403);
  expect((await api.call('DELETE', '/templates/t-all')).status).toBe(403);
  expect((await create('t-mine')).status).toBe(403);
  expect((await create('t-mine', { category: 'sales' })).status).toBe(201);
  expect((await api.call('DELETE', '/templates/t-mine')).status).toBe(204);
  api.as([{ role: 'viewer', on: { kind: 'all' } }]);
  expect((await create('t-viewer')).status).toBe(403);
  api.as([{ role: 'admin', on: { kind: 'all' } }], 'other');
  expect(await names()).toEqual([]);
  expect((await api.call('GET', '/templates/t-all')).status).toBe(404);
});
