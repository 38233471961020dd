import { afterAll, beforeAll, expect, test } from 'vitest';
import { failureOf, testContext } from '../testdata/context.ts';
import { json, type StubServer, startStub } from '../testdata/stub-server.ts';
import { createHttpClient } from './client.ts';
import { egressFilter, LOOPBACK } from './egress-guard.ts';
import { createRequestAction } from './request.ts';

let server: StubServer;
beforeAll(async () => {
  server = await startStub((_request, response) => json(response, {}));
});
afterAll(() => server.close());

test.each([
  '127.0.0.1',
  'localhost',
  '0x7f000001',
  '2130706433',
  '127.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '0.0.0.0',
  '[::]',
])('by default no spelling of this machine is reached: %s', async (host) => {
  const client = createHttpClient();
  const port = new URL(server.url).port;
  const failure = await failureOf(createRequestAction(client)({ url: `http://${host}:${port}/` }, testContext()));
  expect(failure).toMatchObject({ code: 'address_not_allowed', retryable: false, outcome: 'not_sent' });
  expect(server.seen).toHaveLength(0);
  await client.close();
});

test.each([
  '10.0.0.1',
  '172.16.3.4',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '224.0.0.1',
  'fd00::1',
  'fe80::1',
  '::ffff:10.0.0.1',
  '64:ff9b::a00:1',
  'not an address',
])('%s is refused by default', (address) => {
  expect(egressFilter({})(address)).toBe(false);
});

test.each(['1.1.1.1', '93.184.216.34', '2606:4700::1111'])('%s is public', (address) => {
  expect(egressFilter({})(address)).toBe(true);
});

test('ranges can be allowed, and nothing beside them', () => {
  const allowed = egressFilter({ allow: [...LOOPBACK, '10.1.0.0/16'] });
  expect(['127.0.0.1', '::1', '10.1.2.3', '::ffff:127.0.0.1'].map(allowed)).toEqual([true, true, true, true]);
  expect(['10.2.0.1', '192.168.1.1'].map(allowed)).toEqual([false, false]);
  expect(egressFilter({ allow: ['*'] })('10.2.0.1')).toBe(true);
});

test('a range that can not be read is an error, not a hole', () => {
  expect(() => egressFilter({ allow: ['10.0.0.0'] })).toThrow('no address range');
});
