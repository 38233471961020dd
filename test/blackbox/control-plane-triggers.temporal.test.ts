// Webhooks with signatures made from the schemes' own descriptions, events and schedules.
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { bearer, flowSource, useControlPlane } from './control-plane.ts';

const KEY = Buffer.from('a key of twenty-four byte');
const plane = useControlPlane({
  WEIR_SECRET_STD: `whsec_${KEY.toString('base64')}`,
  WEIR_SECRET_PLAIN: 'old-secret, new-secret',
  WEIR_ORG_SECRET_TRIGGERED__PLAIN: 'theirs',
});
type Signed = Record<string, string>;
const now = () => Math.floor(Date.now() / 1000);
const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);
const RETURNS = '  - a: { return: $trigger.data }\n';

const SCHEMES: Readonly<Record<string, (body: string, id: string, at?: number, key?: string | Buffer) => Signed>> = {
  standard: (body, id, at = now(), key = KEY) => ({
    'webhook-id': id,
    'webhook-timestamp': `${at}`,
    'webhook-signature': `v1,${mac(key, `${id}.${at}.${body}`).digest('base64')}`,
  }),
  stripe: (body, _id, at = now(), key = 'new-secret') => ({
    'stripe-signature': `t=${at},v1=${mac(key, `${at}.${body}`).digest('hex')}`,
  }),
  slack: (body, _id, at = now(), key = 'new-secret') => ({
    'x-slack-request-timestamp': `${at}`,
    'x-slack-signature': `v0=${mac(key, `v0:${at}:${body}`).digest('hex')}`,
  }),
  hmac: (body, _id, at = now(), key = 'new-secret') => ({
    'x-timestamp': `${at}`,
    'x-signature': mac(key, `${at}.${body}`).digest('hex'),
  }),
  github: (body, id, _at, key = 'new-secret') => ({
    'x-github-delivery': id,
    'x-hub-signature-256': `sha256=${mac(key, body).digest('hex')}`,
  }),
};
const schemes = Object.keys(SCHEMES);

async function hook(verify: string, more = ''): Promise<{ name: string; flow: string }> {
  const { flow, name } = plane();
  const called = name('hook');
  const secret = verify === 'none' ? '' : `, secret: ${verify === 'standard' ? 'STD' : 'PLAIN'}`;
  const frame = `trigger: { webhook: ${called}, verify: ${verify}${secret}${more} }\n`;
  return { name: called, flow: await flow('hooked', RETURNS, frame) };
}

/** Sends bytes as a stranger would: without a token. */
const send = async (name: string, body: string, headers: Signed = {}, method = 'POST') => {
  const sent = await fetch(`${plane().url}/webhooks/${name}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method !== 'GET' && { body }),
  });
  const text = await sent.text();
  return { status: sent.status, headers: sent.headers, body: text === '' ? null : JSON.parse(text) };
};
const started = async (flow: string) => (await plane().all(`/executions?flow=${flow}`, 50)).length;

test.each(schemes)('%s: a genuine call starts once, however often it is repeated', async (scheme) => {
  const { name, flow } = await hook(scheme);
  const id = `d-${name}`;
  const body = JSON.stringify({ id, event_id: id });
  const headers = SCHEMES[scheme]?.(body, id);
  const first = await send(name, body, headers);
  expect(first).toMatchObject({ status: 202, body: { executions: [expect.any(String)] } });
  expect((await send(name, body, headers)).body).toEqual(first.body);
  expect(await started(flow)).toBe(1);
});

test.each(schemes)('%s: another secret, another body or no signature is refused, all the same way', async (scheme) => {
  const { name, flow } = await hook(scheme);
  const body = '{"id":"1","event_id":"1"}';
  const sign = SCHEMES[scheme];
  const answers = [
    await send(name, body, sign?.(body, 'x', now(), 'wrong secret')),
    await send(name, `${body} `, sign?.(body, 'x')),
    await send(name, body),
    await send(name, body, sign?.(body, 'x', now(), 'old-secret, new-secret')),
  ];
  expect(new Set(answers.map(({ status, body: { code, detail } }) => `${status} ${code} ${detail}`)).size).toBe(1);
  expect(answers[0]?.body.code).toBe('webhook_signature');
  expect(await started(flow)).toBe(0);
});

test.each(schemes.filter((scheme) => scheme !== 'github'))(
  '%s: six minutes old or early is refused',
  async (scheme) => {
    const { name } = await hook(scheme);
    const body = '{"id":"1","event_id":"1"}';
    for (const at of [now() - 360, now() + 360])
      expect((await send(name, body, SCHEMES[scheme]?.(body, 'x', at))).body.code, `${at}`).toBe('webhook_signature');
    expect((await send(name, body, SCHEMES[scheme]?.(body, 'x', now() - 280))).status).toBe(202);
  },
);

test('while a secret changes the old one fits beside the new one', async () => {
  const { name } = await hook('github');
  expect((await send(name, '{}', SCHEMES['github']?.('{}', 'a', 0, 'old-secret'))).status).toBe(202);
});

test('a webhook takes its own method, 4 MiB and any text, but no broken JSON', async () => {
  const { name } = await hook('none');
  const refused = await send(name, '', {}, 'GET');
  expect([refused.status, refused.body.code, refused.headers.get('allow')]).toEqual([
    405,
    'method_not_allowed',
    'POST',
  ]);
  expect((await send(name, `"${'x'.repeat(5 << 20)}"`)).status).toBe(413);
  expect((await send(name, '{bad')).body.code).toBe('invalid_json');
  expect((await send(name, `${'['.repeat(1e5)}${']'.repeat(1e5)}`)).body.code).toBe('invalid_json');
  expect((await send(name, 'text', { 'content-type': 'text/plain' })).status).toBe(202);
  expect((await send('nothing-here', '{}')).status).toBe(404);
});

test('one that answers with the result does so, and again for the same delivery', async () => {
  const { name, flow } = await hook('none', ', respond: result');
  const call = () => send(name, '{"hi":1}', { 'webhook-id': 'same' });
  expect([await call(), await call()]).toEqual([
    expect.objectContaining({ status: 200, body: { hi: 1 } }),
    expect.objectContaining({ status: 200, body: { hi: 1 } }),
  ]);
  expect(await started(flow)).toBe(1);
});

test('an archived flow has no webhook any more', async () => {
  const { name, flow } = await hook('none');
  expect((await send(name, '{}')).status).toBe(202);
  await plane().call('DELETE', `/flows/${flow}?force`);
  expect((await send(name, '{}')).status).toBe(404);
});

const event = (id: string, type: string, data: object = {}) => ({
  specversion: '1.0',
  id,
  source: `/${type}`,
  type,
  data,
});
const post = (body: unknown, kind = 'cloudevents', headers: Signed = {}) =>
  plane().call('POST', '/events', JSON.stringify(body), { 'content-type': `application/${kind}+json`, ...headers });

test('an event starts what matches it, once for its source and id', async () => {
  const type = plane().name('type.');
  const flow = await plane().flow('taking', RETURNS, `trigger: { event: ${type}, match: { country: [de, at] } }\n`);
  const first = await post(event('1', type, { country: 'de' }));
  expect([first.status, first.body.items[0].started.length]).toEqual([202, 1]);
  const again = await post(event('1', type, { country: 'at' }));
  expect(again.body.items[0]).toMatchObject({ duplicate: true, started: first.body.items[0].started });
  expect((await post(event('2', type, { country: 'fr' }))).body.items[0].started).toEqual([]);
  expect(await started(flow)).toBe(1);
});

test('of a batch all are stored or none', async () => {
  const type = plane().name('type.');
  const refused = await post([event('1', type), { id: '2' }], 'cloudevents-batch');
  expect([refused.status, refused.body.errors[0].path]).toEqual([400, '/1/specversion']);
  expect((await plane().call('GET', `/events?type=${type}`)).body.items).toEqual([]);
  expect(
    (
      await post(
        Array.from({ length: 101 }, (_, id) => event(`${id}`, type)),
        'cloudevents-batch',
      )
    ).status,
  ).toBe(400);
});

test('an event that stands twice in a batch is told what became of it', async () => {
  const type = plane().name('type.');
  await plane().flow('twice', RETURNS, `trigger: ${type}\n`);
  const { body } = await post([event('1', type), event('1', type)], 'cloudevents-batch');
  const [first, second] = body.items;
  expect(first.started).toHaveLength(1);
  expect(second).toEqual({ ...first, duplicate: true });
});

test('a thousand events are all there, each once', async () => {
  const type = plane().name('type.');
  const batches = Array.from({ length: 10 }, (_, batch) =>
    post(
      Array.from({ length: 100 }, (_unused, id) => event(`${batch}-${id}`, type)),
      'cloudevents-batch',
    ),
  );
  expect((await Promise.all(batches)).map(({ status }) => status)).toEqual(batches.map(() => 202));
  const ids = (await plane().all(`/events?type=${type}`, 200)).map(({ id }) => id);
  expect([ids.length, new Set(ids).size]).toEqual([1000, 1000]);
});

test('an input that breaks the schema starts nothing and is listed with the reason', async () => {
  const type = plane().name('type.');
  const flow = await plane().flow('strict', RETURNS, `inputs: { n: { type: number } }\ntrigger: ${type}\n`);
  await post(event('1', type, { n: 'x' }));
  const { body } = await plane().call('GET', `/events?type=${type}&rejected=true`);
  expect(body.items[0].rejected).toEqual([expect.objectContaining({ code: 'invalid_input', flow })]);
  expect(await started(flow)).toBe(0);
});

test('a schedule leaves out a time that does not exist, and stays paused over a deployment', async () => {
  const { flow, store, deploy, call } = plane();
  const frame = (cron: string) => `trigger: { schedule: "${cron}", timezone: Europe/Berlin }\n`;
  const name = await flow('scheduled', RETURNS, frame('30 2 28 3 *'));
  await deploy(name, 'prod', { version: '1.0.0' });
  const id = `/schedules/weir-schedule:default:prod:${name}:0`;
  // The clocks go forward on the last Sunday of March: the 28th in 2027 and 2032, when there is no 02:30.
  const { next } = (await call('GET', id)).body;
  expect(next).toContain('2028-03-28T00:30:00.000Z');
  expect(next).toContain('2030-03-28T01:30:00.000Z'); // the 31st has the change then: still winter time
  expect(next.filter((time: string) => /^20(27|32)/.test(time))).toEqual([]);
  expect((await call('POST', `${id}/pause`)).body.paused).toBe(true);
  await store('PUT', flowSource(name, RETURNS, frame('0 9 * * *')));
  await deploy(name, 'prod', { version: 'latest' });
  expect((await call('GET', id)).body).toMatchObject({ paused: true, schedule: '0 9 * * *' });
  expect((await call('POST', `${id}/trigger`)).status).toBe(202);
  expect((await call('POST', `${id}/resume`)).body.paused).toBe(false);
  await call('DELETE', `/flows/${name}/deployments/prod`);
  expect((await call('GET', id)).status).toBe(404);
});

test("another organisation's events, secrets and webhooks are its own", async () => {
  const { call } = plane();
  const { owner_token } = (await call('POST', '/organisations', { id: 'triggered' })).body;
  const { name, flow } = await hook('github');
  const type = plane().name('type.');
  const taking = await plane().flow('ours', RETURNS, `trigger: ${type}\n`);
  expect((await post(event('1', type), 'cloudevents', bearer(owner_token))).body.items[0].started).toEqual([]);
  await call(
    'POST',
    '/flows',
    flowSource('theirs', RETURNS, `trigger: { webhook: ${name}, verify: github, secret: PLAIN }\n`),
    { 'content-type': 'application/yaml', ...bearer(owner_token) },
  );
  const sign = SCHEMES['github'];
  expect((await send(`triggered/${name}`, '{}', sign?.('{}', 'a', 0, 'new-secret'))).body.code).toBe(
    'webhook_signature',
  );
  expect((await send(name, '{}', sign?.('{}', 'b', 0, 'theirs'))).body.code).toBe('webhook_signature');
  expect((await send(`triggered/${name}`, '{}', sign?.('{}', 'c', 0, 'theirs'))).status).toBe(202);
  expect([await started(flow), await started(taking)]).toEqual([0, 0]);
});
