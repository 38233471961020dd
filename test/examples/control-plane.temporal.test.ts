// examples/control-plane as its README tells it: pushed to `weir dev`, deployed, and started by everything that can start a flow.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDev } from '../../src/bin/dev.ts';
import { type FakeRun, weir } from '../../src/cli/testing/fake-io.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = 'examples/control-plane';
const SECRET = `whsec_${Buffer.from('a secret of the example').toString('base64')}`;

interface Execution {
  readonly execution_id: string;
  readonly version: string;
  readonly status: string;
  readonly output: unknown;
}

const inherited = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
);
let url = '';
let env: Readonly<Record<string, string>> = {};
let dev: Promise<FakeRun>;
let stop: () => void = () => undefined;

beforeAll(async () => {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    dev = weir(['dev', '--ephemeral', '--port', '0'], {
      env: { ...inherited, WEIR_SECRET_PAYMENTS_WEBHOOK: SECRET },
      services: { startDev },
      onStart: (interrupt) => (stop = interrupt),
      onText: (text) => (said += text).includes('Ctrl-C') && resolve(),
    });
    void dev.then(({ stderr }) => reject(new Error(stderr)));
  });
  url = /ready (http:\S+)/.exec(said)?.[1] ?? '';
  env = { WEIR_URL: url, WEIR_TOKEN: /owner token (\S+)/.exec(said)?.[1] ?? '' };
  for (const argv of [
    ['push', FOLDER, '--yes'],
    ...['order-paid', 'parcel', 'morning-report', 'tell-support'].map((flow) => ['deploy', flow, '--env', 'prod']),
    ['deploy', 'welcome', '--env', 'prod', '--split', '1.0.0=70,2.0.0=30', '--key', '$input.customer'],
  ]) {
    const { code, stdout, stderr } = await cli(...argv);
    expect(code, `weir ${argv.join(' ')}\n${stdout}${stderr}`).toBe(0);
  }
}, 180_000);
afterAll(async () => {
  stop();
  await dev;
}, 60_000);

const cli = (...argv: readonly string[]): Promise<FakeRun> => weir(argv, { cwd: ROOT, env });
async function json<T>(...argv: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await cli(...argv, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T; // the commands' contract
}

/** The newest execution of a flow, when it has ended. Rejects after 30 s. */
async function endOf(flow: string): Promise<Execution> {
  for (const end = Date.now() + 30_000; ; ) {
    const [newest] = await json<Execution[]>('executions', '--flow', flow, '--env', 'prod');
    if (newest && newest.status !== 'running') return json<Execution>('executions', newest.execution_id);
    if (Date.now() > end) throw new Error(`no execution of ${flow} has ended: ${(await cli('executions')).stdout}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A call of the payment provider. */
async function pay(delivery: string, data: object, secret = SECRET): Promise<Response> {
  const body = JSON.stringify(data);
  const at = new Date();
  return fetch(`${url}/webhooks/payments`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': delivery,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(delivery, at, body),
    },
    body,
  });
}

test('a signed webhook starts order-paid once, whose event starts parcel', async () => {
  const input: unknown = JSON.parse(readFileSync(join(ROOT, FOLDER, 'inputs/order-paid.json'), 'utf8'));
  const order = input as { order: string }; // this repository's own file
  const first = await pay('msg_1', order);
  expect(first.status).toBe(202);
  const answer: unknown = await first.json();
  expect(answer).toMatchObject({ delivery: 'msg_1', executions: [expect.any(String)] });
  expect(await (await pay('msg_1', order)).json()).toMatchObject(answer as object); // compared just above
  expect(await endOf('order-paid')).toMatchObject({ status: 'completed', output: { order: order.order } });
  expect(await endOf('parcel')).toMatchObject({ status: 'completed', output: { packed: order.order } });
  expect(await json('executions', '--flow', 'order-paid')).toHaveLength(1);
}, 60_000);

test('another signature is refused', async () => {
  const refused = await pay('msg_2', { order: 'o-2' }, `whsec_${Buffer.from('somebody else').toString('base64')}`);
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ code: 'webhook_signature' });
});

test('the failure of order-paid starts tell-support', async () => {
  const answer: unknown = await (await pay('msg_3', { order: 'o-3', amount: 0, country: 'de' })).json();
  const { executions } = answer as { executions: string[] }; // the API's contract (202)
  expect(await endOf('tell-support')).toMatchObject({ status: 'completed', output: { told: executions[0] } });
}, 60_000);

test('the schedule is there, and runs when it is told to', async () => {
  const id = 'weir-schedule:default:prod:morning-report:0';
  const [schedule] = await json<object[]>('schedules');
  expect(schedule).toMatchObject({ id, timezone: 'Europe/Berlin' });
  const triggered = await cli('schedules', 'trigger', id);
  expect(triggered.code, triggered.stderr).toBe(0);
  expect(await endOf('morning-report')).toMatchObject({ status: 'completed', output: { due: expect.any(String) } });
}, 60_000);

test('of welcome each customer gets one version, and always the same', async () => {
  const versionFor = async (customer: string): Promise<string> => {
    const input = JSON.stringify({ customer });
    return (await json<Execution>('run', 'welcome', '--env', 'prod', '--input', input)).version;
  };
  const customers = Array.from({ length: 12 }, (_, index) => `c-${index}`);
  const drawn = await Promise.all(customers.map(versionFor));
  expect(await Promise.all(customers.map(versionFor))).toEqual(drawn);
  // Which customers these are follows from their names alone: the draw has no chance in it.
  expect(new Set(drawn)).toEqual(new Set(['1.0.0', '2.0.0']));
}, 90_000);
