import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Peers, startPeers } from '../../examples/peers/start-peers.ts';
import { json, type StubServer, startStub } from '../../src/adapters/testdata/stub-server.ts';

let peers: Peers;
beforeAll(async () => {
  peers = await startPeers({ callMs: 20 });
});
afterAll(() => peers.close());

async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}
const peer = (path: string): string => `${peers.url}/${path}`;

test('retell calls back after the call, and again while the receiver has trouble', async () => {
  const receiver: StubServer = await startStub((_request, response, index) =>
    json(response, {}, index === 0 ? 503 : 200),
  );
  expect(await post(peer('retell/calls'), { to: '+49', callback_url: `${receiver.url}/callbacks/t` })).toMatchObject({
    status: 201,
    body: { call_id: 'call_1', status: 'registered' },
  });
  await expect.poll(() => receiver.seen.length, { timeout: 3000 }).toBe(2);
  expect(JSON.parse(receiver.seen[1]?.body ?? '')).toMatchObject({ call_id: 'call_1', status: 'ended' });
  await receiver.close();
});

test('stripe charges once for a key, and refuses the key with another body', async () => {
  const charge = { amount: 100, currency: 'eur', payment_method: 'pm_card_visa' };
  const first = await post(peer('stripe/v1/payment_intents'), charge, { 'idempotency-key': 'k' });
  expect(await post(peer('stripe/v1/payment_intents'), charge, { 'idempotency-key': 'k' })).toEqual(first);
  expect(
    await post(peer('stripe/v1/payment_intents'), { ...charge, amount: 200 }, { 'idempotency-key': 'k' }),
  ).toMatchObject({ status: 409 });
  expect((await post(peer('stripe/v1/payment_intents'), charge, { 'idempotency-key': 'l' })).body).not.toEqual(
    first.body,
  );
  expect(
    await post(peer('stripe/v1/payment_intents'), { ...charge, payment_method: 'pm_card_declined' }),
  ).toMatchObject({ status: 402, body: { error: { code: 'card_declined' } } });
});

test('ai classifies by words, always the same', async () => {
  expect((await post(peer('ai/classify'), { text: 'My invoice is wrong' })).body).toEqual({
    category: 'billing',
    confidence: 0.8,
  });
  expect((await post(peer('ai/classify'), { text: 'hello' })).body).toMatchObject({ category: 'general' });
});

test('failures can be planned, and every call is on record', async () => {
  peers.fail('crm', [503]);
  const put = (): Promise<Response> => fetch(peer('crm/contacts/c%2F1'), { method: 'PUT', body: '{"a":1}' });
  expect((await put()).status).toBe(503);
  expect(await (await put()).json()).toEqual({ contact_id: 'c/1', fields: { a: 1 } });
  expect(
    peers.calls.filter((call) => call.peer === 'crm').map((call) => [call.method, call.path, call.status]),
  ).toEqual([
    ['PUT', '/contacts/c%2F1', 503],
    ['PUT', '/contacts/c%2F1', 200],
  ]);
  expect((await fetch(peer('nobody/x'))).status).toBe(404);
});
