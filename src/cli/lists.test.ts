import { describe, expect, test } from 'vitest';
import { weir } from './testing/fake-io.ts';
import { answer, type Handler, type SeenRequest } from './testing/fake-server.ts';
import { deployment, split } from './testdata/sample-deployment.ts';
import { serving } from './testdata/serving.ts';

const room = serving();
const { serve } = room;
const respond =
  (body: unknown, status = 200): Handler =>
  (_, response) =>
    answer(response, body, status);
const first = (): SeenRequest | undefined => room.server?.requests[0];

describe('lists', () => {
  test('what runs where, and what ran before', async () => {
    const options = await serve({
      'GET /deployments': respond({ items: [split], next: null }),
      'GET /flows/pay/deployments/prod': respond({ current: split, items: [split, deployment], next: null }),
      'GET /flows/pay/outcomes': respond({
        items: [{ version: '1.2.0', count: 4, succeeded: 3, success_rate: 0.75, p50_ms: 1_500, p95_ms: null }],
        next: null,
      }),
    });
    expect((await weir(['deployments', '--env', 'prod'], options)).stdout).toMatch(
      /^pay\s+prod\s+1\.2\.0 90 %, 1\.3\.0 10 % by \$input\.id\s+3\s+2026/m,
    );
    expect(first()?.query).toMatchObject({ environment: 'prod' });
    expect((await weir(['deployments', 'pay', '--env', 'prod'], options)).stdout.split('\n')).toHaveLength(4);
    expect((await weir(['outcomes', 'pay'], options)).stdout).toMatch(/^1\.2\.0\s+4\s+3\s+75\.0 %\s+1\.5 s$/m);
  });

  test('a flow with its versions and deployments; a server of a folder has no deployments', async () => {
    const flow = {
      flow: 'pay',
      version: '1.2.0',
      title: 'Pay',
      description: 'Takes\nmoney.',
      category: 'shop',
      tags: ['eu'],
      status: 'valid',
      source: 'flow: pay\r\n\u0007',
      hash: 'abc',
    };
    const handlers: Record<string, Handler> = {
      'GET /flows/pay': respond(flow),
      'GET /flows/pay/versions': respond({
        items: [flow, { ...flow, version: '1.1.0', status: 'invalid' }],
        next: null,
      }),
    };
    const folder = await serve(handlers);
    expect((await weir(['flows', 'pay'], folder)).stdout).toMatch(
      /^pay 1\.2\.0 Pay\nTakes\nmoney\.\nshop #eu\n\nVERSION/,
    );
    expect((await weir(['flows', 'pay', '--source'], folder)).stdout).toBe(flow.source);
    await room.server?.close();
    const store = await serve({
      ...handlers,
      'GET /flows/pay/deployments': respond({ items: [deployment], next: null }),
    });
    expect((await weir(['flows', 'pay'], store)).stdout).toContain('runs in prod: 1.2.0\n');
    expect(JSON.parse((await weir(['flows', 'pay', '--json'], store)).stdout)).toMatchObject({
      flow: 'pay',
      versions: [{}, {}],
      deployments: [{}],
    });
  });

  test('goes over pages to the limit, and not round in circles', async () => {
    const options = await serve({
      'GET /flows': ({ query }, response) =>
        answer(response, {
          items: Array.from({ length: Number(query['limit']) }, (_, i) => ({ flow: `f${i}`, version: '1.0.0' })),
          next: 'same',
        }),
    });
    expect(JSON.parse((await weir(['flows', '--limit', '250', '--json'], options)).stdout)).toHaveLength(200);
    expect(room.server?.requests.map(({ query }) => query['limit'])).toEqual(['100', '100']);
  });

  test('tables are cut to the terminal, ids never; JSON and pipes get all', async () => {
    const title = 'very long title '.repeat(20);
    const options = await serve({
      'GET /flows': respond({
        items: [{ flow: 'a-flow-with-a-name', version: '1.0.0', title, category: '日本語'.repeat(20) }],
        next: null,
      }),
    });
    const { stdout } = await weir(['flows'], {
      ...options,
      isTTY: true,
      columns: 80,
      env: { ...options.env, NO_COLOR: '1' },
    });
    const line = stdout.split('\n')[1] ?? '';
    expect([...line].reduce((sum, char) => sum + (/[\u3000-\u9fff]/.test(char) ? 2 : 1), 0)).toBeLessThanOrEqual(80);
    expect(line).toMatch(/^a-flow-with-a-name {2}1\.0\.0.*…$/);
    expect((await weir(['flows'], options)).stdout).toContain(title.trim());
  });

  test('10,000 rows are no burden', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ flow: `f${i}`, version: '1.0.0', title: 't' }));
    let page = 0;
    const options = await serve({
      'GET /flows': (_, response) => answer(response, { items: rows, next: `c${(page += 1)}` }),
    });
    const { stdout } = await weir(['flows', '--limit', '10000'], options);
    expect(stdout.split('\n')).toHaveLength(10_002);
  });
});
