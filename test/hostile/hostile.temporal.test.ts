import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createActivities } from '../../src/activities/create-activities.ts';
import { createSecretsResolver } from '../../src/activities/secrets/secrets.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import { createClaimCheckCodec } from '../../src/storage/claim-check-codec.ts';
import { createFsStore } from '../../src/storage/fs-store.ts';
import { createWorker } from '../../src/worker/create-worker.ts';
import { installRuntime } from '../../src/worker/install-runtime.ts';
import type { RunFlowInput } from '../../src/workflows/contract.ts';
import { CURRENT_BEHAVIOUR } from '../../src/workflows/interpreter/behaviours.ts';
import { searchAttributesOf } from '../../src/workflows/runtime/search-attributes.ts';
import { compileScenario } from '../replay/scenario.ts';
import { outcomeOf } from '../run/temporal-wiring.ts';
import { hostileAdapter, LARGE_BYTES } from './hostile-adapter.ts';
import { HOSTILE_FLOWS } from './hostile-flows.ts';

// Whatever an adapter gives or a flow computes ends with a clear code: never with a workflow task that fails for ever.
let client: Client;
let connection: NativeConnection;
let worker: Worker;
let running: Promise<void>;
const folder = mkdtempSync(join(tmpdir(), 'weir-hostile-'));
const taskQueue = `hostile-${process.pid}`;
beforeAll(async () => {
  installRuntime(() => undefined);
  connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const dataConverter = { payloadCodecs: [createClaimCheckCodec({ store: createFsStore(folder) })] };
  client = new Client({ connection, dataConverter });
  const adapters = new Map([[hostileAdapter.manifest.name, hostileAdapter]]);
  const activities = createActivities({
    registry: { find: async (name) => adapters.get(name) },
    secrets: createSecretsResolver([]),
    callbackUrls: () => 'http://127.0.0.1/',
    log: () => undefined,
  });
  worker = await createWorker({ connection, activities, taskQueue, dataConverter, drainMs: 100 });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await connection.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(name: string, source: string, input: Json = {}) {
  const { flow, flows } = compileScenario({ source }, [hostileAdapter]);
  const workflowId = `hostile-${name.replaceAll(' ', '-')}-${process.pid}`;
  const argument: RunFlowInput = {
    format: 1,
    behaviour: CURRENT_BEHAVIOUR,
    flow,
    flows,
    input,
    environment: 'test',
    config: {},
    tags: [],
    trigger: {
      type: 'manual',
      source: 'test',
      id: workflowId,
      time: new Date().toISOString(),
      data: input,
      headers: {},
    },
  };
  const handle = await client.workflow.start(flow.name, {
    workflowId,
    taskQueue,
    args: [argument],
    workflowTaskTimeout: '2s',
    typedSearchAttributes: searchAttributesOf(argument),
  });
  const outcome = await outcomeOf(handle);
  const history = await handle.fetchHistory();
  expect(
    (history.events ?? []).some((event) => event.workflowTaskFailedEventAttributes),
    `${name}: a workflow task failed`,
  ).toBe(false);
  return { outcome, bytes: Number((await handle.describe()).historySize) };
}

describe.concurrent('hostile', () => {
  it.each(HOSTILE_FLOWS.map((one) => [one.name, one] as const))('%s', async (name, { source, code, output, input }) => {
    const { outcome } = await run(name, source, input);
    expect(outcome, name).toMatchObject(
      code === undefined ? { status: 'completed', output } : { status: 'failed', error: { code } },
    );
  });
});

it('a result of 3 MB is stored outside and read back', async () => {
  const { outcome, bytes } = await run(
    'large',
    'flow: large\nsteps:\n  - a: { adapter: hostile, action: large }\n  - b: { adapter: hostile, action: echo, params: { value: $a } }\noutput: { size: "${ size($a.text) }", same: "${ $a == $b }" }\n',
  );
  expect(outcome).toEqual({ status: 'completed', output: { size: LARGE_BYTES, same: true }, error: null });
  expect(bytes).toBeLessThan(50_000);
});
it('an output of 3 MB comes back whole', async () => {
  const { outcome, bytes } = await run(
    'large-output',
    'flow: large-output\nsteps:\n  - a: { adapter: hostile, action: large }\n',
  );
  expect((outcome.output as { text: string }).text.length).toBe(LARGE_BYTES);
  expect(bytes).toBeLessThan(50_000);
});
it("keys of an object's prototype are data, and change nothing", async () => {
  const { outcome } = await run(
    'prototype',
    'flow: prototype-keys\nsteps:\n  - a: { adapter: hostile, action: prototype }\n  - b: { adapter: hostile, action: echo, params: { value: $a } }\noutput: { polluted: "${ has($b.polluted) }", b: $b }\n',
  );
  expect(
    outcome.status === 'completed' ? Object.keys((outcome.output as { b: object }).b) : outcome.error?.code,
  ).toEqual(['__proto__', 'plain']);
  expect((outcome.output as { polluted: boolean } | null)?.polluted).toBe(false);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
