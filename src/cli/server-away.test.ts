import { describe, expect, test } from 'vitest';
import { weir } from './testing/fake-io.ts';
import { answer, problem } from './testing/fake-server.ts';
import { serving } from './testdata/serving.ts';

const room = serving();
const { serve } = room;

describe('a server that is away', () => {
  test('is waited for as long as it says, with the same key, within some seconds', async () => {
    let asked = 0;
    const options = await serve({
      'POST /tokens': (_, response) =>
        (asked += 1) < 3
          ? void response.writeHead(asked === 1 ? 503 : 429, { 'retry-after': '0' }).end()
          : answer(response, { id: 't', name: 'ci', grants: [], expires_at: null, secret: 's' }, 201),
    });
    expect((await weir(['tokens', 'create', 'ci', '--role', 'viewer'], options)).code).toBe(0);
    const keys = room.server?.requests.map((request) => request.headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  test.each([
    [503, { 'retry-after': '60' }, 3],
    [503, {}, 3],
    [429, { 'retry-after': '999999999' }, 1],
    [429, { 'retry-after': 'soon' }, 1],
    [500, { 'retry-after': '0' }, 1],
    [401, {}, 7],
    [403, {}, 8],
    [409, {}, 9],
  ])('%i %j is told at once, as %i', async (status, headers, code) => {
    const options = await serve({ 'GET /flows': (_, response) => void response.writeHead(status, headers).end() });
    expect((await weir(['flows'], options)).code).toBe(code);
    expect(room.server?.requests).toHaveLength(1);
  });

  test('gives up when it stays away', async () => {
    const options = await serve({
      'GET /flows': (_, response) => void response.writeHead(503, { 'retry-after': '2' }).end(),
    });
    expect((await weir(['flows'], options)).code).toBe(3);
    expect(room.server?.requests).toHaveLength(3);
  });
});

test('a problem may say nothing that a terminal obeys', async () => {
  const evil = 'x\u001b]0;t\u0007\u009b2J\r\nerror forged';
  const options = await serve({
    'GET /flows': (_, response) =>
      problem(response, {
        status: 400,
        code: evil,
        detail: evil,
        request_id: evil,
        errors: [{ message: evil, path: evil, code: evil }],
      }),
  });
  const { stderr } = await weir(['flows'], { ...options, isTTY: true });
  expect(stderr.replace(/\u001b\[(1|2|22|3[0-9])m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(stderr).not.toMatch(/^error forged/m);
});
