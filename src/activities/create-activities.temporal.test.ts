// The activity on a real server: its failures, delays, heartbeats and large results as Temporal sees them.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createRegistry, type AdapterRegistry } from '../adapters/registry.ts';
import { json, type Seen, type StubServer, startStub } from '../adapters/testdata/stub-server.ts';
import { createClaimCheckCodec } from '../storage/claim-check-codec.ts';
import { createFsStore } from '../storage/fs-store.ts';
import { createWorker } from '../worker/create-worker.ts';
import { installRuntime } from '../worker/install-runtime.ts';
import type { ActionRequest } from './contract.ts';
import { createActivities } from './create-activities.ts';
import { createSecretsResolver } from './secrets/secrets.ts';
import { demoAdapter, testRequest } from './testdata/requests.ts';

const CANARY = 'hunter2-canary-value';
const TASK_QUEUE = 'create-activities-test';
let folder: string;
let server: StubServer;
let registry: AdapterRegistry;
let connection: NativeConnection;
let client: Client;
let worker: Worker;
let running: Promise<void>;
let slowRuns = 0;

async function newWorker(taskQueue: string, drainMs: number): Promise<Worker> {
  const activities = createActivities({
    registry,
    secrets: createSecretsResolver([(name) => Promise.resolve(name === 'KEY' ? CANARY : undefined)]),
    callbackUrls: () => 'http://127.0.0.1/callbacks/token-token',
    log: () => undefined,
  });
  return createWorker({
    connection,
    taskQueue,
    activities,
    dataConverter: converter(),
    drainMs,
    workflowsPath: `${import.meta.dirname}/testdata/call-workflow.ts`,
  });
}
const converter = () => ({ payloadCodecs: [createClaimCheckCodec({ store: createFsStore(folder) })] });

beforeAll(async () => {
  installRuntime(() => undefined);
  folder = await mkdtemp(join(tmpdir(), 'weir-activities-'));
  let busy = 0;
  server = await startStub((request: Seen, response) => {
    if (request.url === '/busy-twice') json(response, {}, (busy += 1) <= 2 ? 503 : 200, { 'retry-after': '0' });
    else if (request.url === '/large') json(response, { text: 'x'.repeat(3 * 1024 * 1024) });
    else if (request.url === '/echo') json(response, { authorization: request.headers.authorization }, 404);
  });
  const slow = demoAdapter(async (_params, { signal }) => {
    slowRuns += 1;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, 4500);
      signal.addEventListener('abort', () => (clearTimeout(timer), reject(new Error('stopped'))));
    });
    return 'slow but done';
  });
  registry = await createRegistry({ http: { egress: { allow: ['127.0.0.0/8'] } }, adapters: [slow] });
  connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection, dataConverter: converter() });
  worker = await newWorker(TASK_QUEUE, 1000);
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await connection.close();
  await registry.close();
  await server.close();
  await rm(folder, { recursive: true });
});

let count = 0;
function call(request: Partial<ActionRequest>, attempts = 3): Promise<unknown> {
  const full = testRequest({
    adapter: 'http',
    action: 'request',
    covered: true,
    attemptTimeoutMs: 10_000,
    firstAttemptAt: Date.now(),
    ...request,
  });
  return client.workflow.execute('call', {
    workflowId: `${TASK_QUEUE}-${Date.now()}-${(count += 1)}`,
    taskQueue: TASK_QUEUE,
    args: [full, attempts],
  });
}

test('the delay that the activity names is the one Temporal waits', async () => {
  const begun = Date.now();
  const retry = { attempts: 3, backoff: 'constant', initialMs: 50, factor: 1, maxIntervalMs: 1000, jitter: 0 } as const;
  expect(await call({ params: { url: `${server.url}/busy-twice` }, retry })).toMatchObject({ result: { status: 200 } });
  expect(Date.now() - begun).toBeLessThan(8000);
});

test('an error arrives whole, without its secret, and is not tried again', async () => {
  const before = server.seen.length;
  const failure = await call({
    params: { url: `${server.url}/echo`, headers: { authorization: null } },
    fills: [{ path: ['headers', 'authorization'], parts: ['Bearer ', { secret: 'KEY' }] }],
  });
  expect(failure).toMatchObject({
    type: 'http_404',
    info: {
      code: 'http_404',
      status: 404,
      adapter: 'http',
      action: 'request',
      step: 'each[2].act',
      attempt: 1,
      retryable: false,
      details: { body: { authorization: 'Bearer ***' } },
    },
  });
  expect(server.seen.slice(before).map((entry) => entry.headers.authorization)).toEqual([`Bearer ${CANARY}`]);
});

test('a result above the payload limit goes through storage', async () => {
  expect(await call({ params: { url: `${server.url}/large` } })).toMatchObject({ size: expect.any(Number) });
  expect((await readdir(folder)).length).toBeGreaterThan(0);
});

test('a call longer than the heartbeat time-out is kept alive', async () => {
  const before = slowRuns;
  expect(await call({ adapter: 'demo', action: 'act' }, 1)).toMatchObject({ result: 'slow but done' });
  expect(slowRuns - before).toBe(1);
});

test("an engine's activity that this worker lacks is not taken for a call", async () => {
  expect(await call({ adapter: 'weir', action: 'not_here' }, 1)).toMatchObject({ type: 'activity_missing' });
});

test('a worker that shuts down in mid-call says worker_lost', async () => {
  const taskQueue = `${TASK_QUEUE}-shutdown`;
  const leaving = await newWorker(taskQueue, 200);
  const left = leaving.run();
  const before = slowRuns;
  const handle = await client.workflow.start('call', {
    workflowId: `${taskQueue}-${Date.now()}`,
    taskQueue,
    args: [testRequest({ covered: true, attemptTimeoutMs: 10_000 }), 3],
  });
  while (slowRuns === before) await new Promise((resolve) => setTimeout(resolve, 50));
  leaving.shutdown();
  await left;
  const staying = await newWorker(taskQueue, 200);
  expect(await staying.runUntil(handle.result())).toMatchObject({
    type: 'worker_lost',
    info: { code: 'worker_lost', attempt: 1 },
  });
});
