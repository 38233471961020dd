import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiClient } from './api-client.ts';
import { startStub } from './stub.ts';
import type { Stub } from './stub.ts';
import { flowFolder, removeFolder, startWeir } from './weir-process.ts';
import type { WeirProcess } from './weir-process.ts';

const GOOD = 'flow: good\ninputs: { n: { type: integer } }\nsteps: [ { set: { a: $input.n } } ]\noutput: $vars.a\n';
const steps = (body: string) => `flow: f\nsteps:\n${body}`;

let stub: Stub;
let folder: string;
let weir: WeirProcess;
let api: ApiClient;

beforeAll(async () => {
  stub = await startStub();
  folder = flowFolder({
    'good.flow.yaml': GOOD,
    'call.flow.yaml': `flow: call\nsteps: [ { get: { adapter: http, action: request, params: { url: "${stub.url}/never" } } } ]\noutput: $get.status\n`,
    'eval.flow.yaml': `flow: eval\nsteps:
  - a: { set: { v: "\${ $input.list.map(x, $input.list.map(y, $input.list.map(z, x + y + z))) }" }, on_error: [ { set: { v: $error.code } } ] }
  - b: { set: { w: "\${ $input.text.matches($input.pattern) }" }, on_error: [ { set: { w: $error.code } } ] }
  - c: { set: { x: "\${ $input.missing.field }" }, on_error: [ { set: { x: $error.code } } ] }
  - d: { set: { y: "\${ $input.text.constructor }" }, on_error: [ { set: { y: $error.code } } ] }
output: { v: $vars.v, w: $vars.w, x: $vars.x, y: $vars.y }
`,
    'until.flow.yaml':
      'flow: until\nsteps: [ { again: { repeat: { do: [ { set: { a: 1 } } ], until: "false", max: 50 } } } ]\n',
    'past.flow.yaml': 'flow: past\nsteps: [ { wait: { until: $input.at } } ]\noutput: done\n',
  });
  weir = await startWeir({ flows: folder });
  api = new ApiClient(weir.url);
});

afterAll(async () => {
  await weir?.stop();
  await stub?.close();
  removeFolder(folder);
});

const validate = (body: string, type = 'application/yaml') =>
  api.post('/flows/validate', body, { 'content-type': type });

describe('validate', () => {
  test.each(['application/yaml', 'text/yaml', 'application/x-yaml', 'application/yaml; charset=utf-8'])(
    'takes %s',
    async (type) => {
      const { status, body } = await validate(GOOD, type);
      expect([status, body['valid']]).toEqual([200, true]);
    },
  );

  test('takes JSON, as a document', async () => {
    const flow = { flow: 'f', steps: [{ set: { a: 1 } }] };
    expect((await validate(JSON.stringify(flow), 'application/json')).body).toMatchObject({ valid: true });
    expect((await validate('{"flow":', 'application/json')).body).toMatchObject({ valid: false });
  });

  test.each(['text/plain', 'application/xml', 'multipart/form-data'])('refuses %s', async (type) => {
    const { status, body } = await validate(GOOD, type);
    expect([status, body.code]).toEqual([415, 'unsupported_media_type']);
  });

  const bomb = `x-a: &a [z,z,z,z,z,z,z,z,z]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
    .map((name, at) => `x-${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[at]}`).join(',')}]`)
    .join('\n')}\n`;
  const deep = (open: string, close: string) =>
    steps(`  - set: { a: "\${ ${open.repeat(10_000)}1${close.repeat(10_000)} }" }\n`);
  test.each<[string, string, number?]>([
    ['a bomb of aliases', `${bomb}${steps('  - set: { a: *i }\n')}`],
    ['a cycle', 'flow: f\nx-a: &a { b: *a }\nsteps: [ { set: { a: *a } } ]\n'],
    ['an alias to nothing', steps('  - set: { a: *nothing }\n'), 3],
    ['101 aliases', `x-a: &a 1\n${steps(`  - set: { a: [${Array(101).fill('*a').join(',')}] }\n`)}`],
    ['a merge key', `x-a: &a { b: 1 }\n${steps('  - set: { <<: *a }\n')}`],
    ['a key twice', 'flow: f\nflow: g\nsteps: [ { set: { a: 1 } } ]\n', 2],
    ['a tag of its own', steps('  - set: { a: !!js/function "x" }\n'), 3],
    ['two documents', `${GOOD}---\n${GOOD}`],
    ['nothing', ''],
    ['a list', '- a\n'],
    ['a number', '7\n'],
    ['half a document', 'flow: f\nsteps: [ {'],
    ['tabs', 'flow: f\nsteps:\n\t- a\n'],
    ['a step that is a number', steps('  - 7\n'), 3],
    ['unknown keys at the top', `${GOOD}stepz: []\n`],
    ['unknown keys in a step', steps('  - a: { set: { b: 1 }, retyr: {} }\n'), 3],
    ['an unknown adapter', steps('  - a: { adapter: nope, action: x }\n'), 3],
    ['an unknown root', steps('  - set: { a: $nope.x }\n'), 3],
    ['steps of the wrong type', 'flow: f\nsteps: { a: 1 }\n'],
    ['no steps', 'flow: f\nsteps: []\n'],
    ['51 steps', steps('  - set: { a: 1 }\n'.repeat(51))],
    ['33 levels', steps(`  - ${'{ do: [ '.repeat(33)}{ set: { a: 1 } }${' ] }'.repeat(33)}\n`)],
    ['a step called __proto__', steps('  - __proto__: { set: { a: 1 } }\n  - b: { set: { __proto__: 1 } }\n')],
    ['a flow called constructor', 'flow: constructor\nsteps: [ { set: { a: 1 } } ]\n'],
    ['an expression 10,000 brackets deep', deep('(', ')'), 3],
    ['an expression 10,000 lists deep', deep('[', ']'), 3],
    ['an expression cut off', steps('  - set: { a: "${ 1 + }" }\n'), 3],
    ['a pattern that is none', steps(`  - set: { a: "\${ 'a'.matches('(') }" }\n`), 3],
    ['a secret outside params', steps('  - set: { a: $secrets.X }\n'), 3],
    [
      'a circle of needs',
      steps('  - parallel: [ { a: { set: { x: 1 }, needs: [b] } }, { b: { set: { x: 1 }, needs: [a] } } ]\n'),
    ],
    ['a range of no version', steps('  - a: { flow: good@nonsense }\n'), 3],
    ['a duration that is none', steps('  - wait: soonish\n'), 3],
    [
      'a negative number of attempts',
      steps('  - a: { adapter: http, params: { url: "http://x" }, retry: { attempts: -1 } }\n'),
      3,
    ],
  ])('names what is wrong with %s', async (_what, source, line) => {
    const started = performance.now();
    const { status, body } = await validate(source);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect([status, body['valid']]).toEqual([200, false]);
    const found = body['diagnostics'] as { code: string; severity: string; message: string; line: number }[];
    const errors = found.filter(({ severity }) => severity === 'error');
    expect(errors.length).toBeGreaterThan(0);
    for (const { code, message } of errors) {
      expect(code).toMatch(/^WEIR\d{4}$/);
      expect(message).toMatch(/\w{3}/);
    }
    if (line !== undefined) expect(errors.map((one) => one.line)).toContain(line);
  });

  test('tells all problems at once', async () => {
    const { body } = await validate(
      steps('  - a: { adapter: nope }\n  - b: { set: { x: $zzz } }\n  - c: { wait: never }\nfoo: 1\n'),
    );
    expect((body['diagnostics'] as unknown[]).length).toBeGreaterThanOrEqual(4);
  });

  test('refuses what is too large or no text, at once', async () => {
    const large = await validate(`${GOOD}# ${'x'.repeat(10 * 1024 * 1024)}\n`);
    expect([large.status, large.body.code]).toEqual([413, 'payload_too_large']);
    const bytes = await fetch(`${weir.url}/flows/validate`, {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body: new Uint8Array([
        ...Buffer.from('flow: f\nsteps: [ { set: { a: "'),
        0xff,
        0xc0,
        ...Buffer.from('" } } ]\n'),
      ]),
    });
    const answer = (await bytes.json()) as { valid?: boolean };
    expect([bytes.status, answer.valid ?? false]).toEqual([bytes.status === 400 ? 400 : 200, false]);
  });
});

describe('expressions at work', () => {
  test('that go on for ever, backtrack or reach for the host end soon, by a code', async () => {
    const input = { list: Array.from({ length: 500 }, (_, n) => n), text: `${'a'.repeat(5_000)}!`, pattern: '^(a+)+$' };
    const { status, output } = await api.run('eval', input);
    expect(status).toBe('completed');
    expect(output).toEqual({ v: 'expression_failed', w: false, x: 'expression_failed', y: 'expression_failed' });
  });

  test('a loop that never has enough ends at its max', async () => {
    expect(await api.run('until')).toMatchObject({
      status: 'failed',
      error: { code: 'max_iterations', step: 'again' },
    });
  });

  test.each([
    ['2001-01-01T00:00:00Z', 'completed'],
    ['not a time', 'failed'],
    [{ a: 1 }, 'failed'],
  ])('a wait until %j', async (at, status) => {
    expect(await api.run('past', { at })).toMatchObject({ status });
  });
});

describe('the other routes', () => {
  test('dry-run plans and calls nothing', async () => {
    const { status, body } = await api.post('/flows/call/dry-run', {
      mocks: { get: { return: { status: 418, headers: {}, body: null } } },
    });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('418');
    expect((await api.post('/flows/call/dry-run', {})).status).toBe(200);
    expect(stub.to('/never')).toEqual([]);
    expect((await api.post('/flows/nope/dry-run', {})).body.code).toBe('flow_not_found');
    expect((await api.post('/flows/good/dry-run', { input: { n: 'x' } })).body.code).toBe('invalid_input');
    expect((await api.post('/flows/good/dry-run', { mocks: 1 })).body.code).toBe('invalid_request');
  });

  test('tell what there is', async () => {
    expect((await api.get('/actions')).body.items).toContainEqual(expect.objectContaining({ name: 'http.request' }));
    expect((await api.get('/adapters')).body.items).toContainEqual(expect.objectContaining({ name: 'http' }));
    expect((await api.get('/adapters/http')).body['actions']).toHaveProperty('request');
    expect((await api.get('/schema/flow.json')).body).toHaveProperty('$schema');
    expect((await api.get('/healthz')).body.status).toBe('ok');
    expect((await api.get('/readyz')).status).toBe(200);
    expect((await api.get('/openapi.json')).body['openapi']).toMatch(/^3\.1/);
    expect((await api.get('/flows/good')).body).toMatchObject({ flow: 'good', version: '1.0.0', source: GOOD });
    expect((await api.get('/flows/good/versions/1.0.0?as=mermaid')).body['text']).toContain('flowchart');
  });

  test.each([
    ['GET', '/nothing', 404, 'not_found'],
    ['GET', '/flows/nope', 404, 'flow_not_found'],
    ['GET', '/flows/good/versions/7.7.7', 404, 'version_not_found'],
    ['GET', '/adapters/nope', 404, 'adapter_not_found'],
    ['GET', '/executions/%00', 400, 'invalid_request'],
    ['GET', '/executions/..%2F..%2Fetc', 400, 'invalid_request'],
    ['GET', '/executions/%ff', 400, 'invalid_request'],
    ['DELETE', '/flows/good', 405, 'read_only_store'],
    ['PATCH', '/flows/good', 405, 'method_not_allowed'],
  ])('%s %s is %d %s', async (method, path, status, code) => {
    const answer = await api.call(method, path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('a web page of elsewhere can neither start nor read anything', async () => {
    const foreign = await api.post('/flows/good/execute', { input: { n: 1 } }, { origin: 'https://evil.example' });
    expect([foreign.status, foreign.body.code]).toEqual([403, 'foreign_origin']);
    const simple = await api.post('/flows/good/execute', '{"input":{"n":1}}', { 'content-type': 'text/plain' });
    expect(simple.status).toBe(415);
  });
});
