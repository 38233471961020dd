// Every example flow once for real: `weir dev` as its users start it, against the peers of examples/.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Peers, startPeers } from '../../examples/peers/start-peers.ts';
import { startWeir, type WeirProcess } from '../blackbox/weir-process.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const FOLDERS = ['seeds', 'shop'].map((name) => join(EXAMPLES, name));

interface Execution {
  readonly execution_id: string;
  readonly status: string;
  readonly output: unknown;
  readonly error: unknown;
}

/** What each ends with. */
const OUTPUTS: Readonly<Record<string, unknown>> = {
  'customer-support': { call_id: 'call_1', status: 'ended', duration_seconds: 42, transcript: 'Hello +49301234567.' },
  onboarding: { message_id: expect.any(String) },
  'multi-channel-notify': {
    send_email: { message_id: expect.any(String) },
    send_sms: expect.anything(),
    update_crm: expect.anything(),
  },
  'support-routing': { ticket_id: expect.any(String), queue: 'finance', text: 'my invoice is wrong' },
  'payment-processing': { id: expect.stringMatching(/^pi_/), status: 'succeeded', amount: 4200, currency: 'eur' },
  order: { parcel: expect.stringMatching(/^p_/), payment: expect.stringMatching(/^pay_/) },
  export: { export: 'x_1' },
  'price-list': { prices: ['A-17', 'B-4', 'C-9'].map((sku) => ({ sku, price: expect.any(Number) })) },
  'order-batch': { parcels: [expect.stringMatching(/^p_/), null] },
  'await-payment': { shipped: true, parcel: expect.stringMatching(/^p_/), paid: 4200 },
  'refund-approval': { refunded: true },
};

let peers: Peers;
let weir: WeirProcess;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-examples-'));
  mkdirSync(join(folder, 'adapters'));
  for (const from of FOLDERS) {
    const files = readdirSync(from).filter((name) => name.endsWith('.flow.yaml') || name === 'actions.yaml');
    for (const file of [...files, ...readdirSync(join(from, 'adapters')).map((name) => `adapters/${name}`)])
      copyFileSync(join(from, file), join(folder, file));
  }
  peers = await startPeers({ callMs: 200 });
  weir = await startWeir({ flows: folder, env: { WEIR_PEERS_URL: peers.url } });
}, 180_000);
afterAll(async () => {
  await weir?.stop();
  await peers?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function post(path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${weir.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(300);
  return JSON.parse(text);
}
const read = async (id: string): Promise<Execution> =>
  (await (await fetch(`${weir.url}/executions/${id}`)).json()) as Execution;

/** Starts a flow with its own input, does what it waits for, and gives it when it has ended. */
async function run(name: string, meanwhile?: (id: string) => Promise<unknown>): Promise<Execution> {
  const from = FOLDERS.find((each) => readdirSync(each).includes(`${name}.flow.yaml`)) ?? '';
  const input: unknown = JSON.parse(readFileSync(join(from, 'inputs', `${name}.json`), 'utf8'));
  const { execution_id: id } = (await post(`/flows/${name}/execute`, { input })) as Execution;
  await meanwhile?.(id);
  return ended(id);
}
/** Concurrent tests can't share `expect.poll`. */
async function until(id: string, is: (status: string) => boolean): Promise<Execution> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await new Promise((r) => setTimeout(r, 100))) {
    const execution = await read(id);
    if (is(execution.status)) return execution;
  }
  throw new Error(`execution ${id} is still ${(await read(id)).status}`);
}
const ended = (id: string): Promise<Execution> => until(id, (status) => status !== 'running' && status !== 'waiting');
const waiting = (id: string): Promise<Execution> => until(id, (status) => status === 'waiting');

/** What has to come from outside. */
const MEANWHILE: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  'await-payment': async (id) => {
    await waiting(id);
    await post(`/executions/${id}/signal`, { type: 'payment.settled', data: { order: 'o-1', amount: 4200 } });
  },
  'refund-approval': async (id) => {
    await waiting(id);
    await post(`/executions/${id}/steps/decision/decision`, { approved: true, form: { reason: 'broken' } });
  },
};

describe('examples, for real', () => {
  it('has all flows of the examples', () => {
    const flows = FOLDERS.flatMap((from) => readdirSync(from).filter((name) => name.endsWith('.flow.yaml')));
    expect(flows.map((name) => name.replace('.flow.yaml', '')).sort()).toEqual(Object.keys(OUTPUTS).sort());
  });

  it.concurrent.each(Object.entries(OUTPUTS))(
    '%s',
    async (name, output) => {
      const { status, error, output: given } = await run(name, MEANWHILE[name]);
      expect({ status, error }).toEqual({ status: 'completed', error: null });
      expect(given).toEqual(output);
    },
    90_000,
  );

  it('starts customer-support by the event that its trigger names', async () => {
    const event = {
      specversion: '1.0',
      id: 'e-1',
      source: 'test',
      type: 'webhook.received',
      data: { token: 'tok_bob', phone: '+49301111111' },
    };
    const { items } = (await post('/events', event)) as { items: { started: string[] }[] };
    const id = items[0]?.started[0] ?? '';
    expect((await ended(id)).output).toMatchObject({ transcript: 'Hello +49301111111.' });
  });
});
