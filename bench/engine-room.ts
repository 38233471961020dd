import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Client, type WorkflowClient } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../src/activities/create-activities.ts';
import { createRegistry } from '../src/adapters/registry.ts';
import type { FlowIr } from '../src/dsl/ir/index.ts';
import { compile } from '../src/dsl/index.ts';
import { createClaimCheckCodec } from '../src/storage/claim-check-codec.ts';
import { createFsStore } from '../src/storage/fs-store.ts';
import { createWorker } from '../src/worker/create-worker.ts';
import { installRuntime } from '../src/worker/install-runtime.ts';
import type { RunFlowInput } from '../src/workflows/contract.ts';
import { CURRENT_BEHAVIOUR } from '../src/workflows/interpreter/behaviours.ts';
import { startDevServer } from '../temporal/server.ts';
import { echoAdapter } from './echo-adapter.ts';
import type { HandInput } from './handwritten/request.ts';

/** A workflow whose code breaks is tried again for ever: the benchmark is not. */
const RUN_LIMIT_MS = 10 * 60_000;

/** A Temporal server and one worker that runs both Weir's workflow and the hand-written ones. */
export interface EngineRoom {
  readonly client: WorkflowClient;
  /** Compiles a flow for the adapters of the room. Throws with its diagnostics. */
  readonly flow: (source: string) => FlowIr;
  /** Runs to the end and gives the workflow id. Both ways go through the same client with the same options. */
  readonly runFlow: (flow: FlowIr, input?: RunFlowInput['input']) => Promise<string>;
  readonly runHand: (type: 'hand_calls' | 'hand_local_calls', input: HandInput) => Promise<string>;
  readonly close: () => Promise<void>;
}

export async function openEngineRoom(log: (line: string) => void): Promise<EngineRoom> {
  installRuntime((level, message) => log(`${level}: ${message}`));
  const room = await mkdtemp(join(tmpdir(), 'weir-bench-'));
  const server = await startDevServer({ env: process.env, log, stateFile: join(room, 'temporal.db'), uiPort: false });
  const connection = await NativeConnection.connect({ address: server.address });
  const dataConverter = { payloadCodecs: [createClaimCheckCodec({ store: createFsStore(join(room, 'payloads')) })] };
  const registry = await createRegistry({ adapters: [echoAdapter] });
  const noSecrets = { resolve: () => Promise.reject(new Error('the benchmark has no secrets')) };
  const activities = createActivities({
    registry,
    secrets: noSecrets,
    callbackUrls: () => 'http://127.0.0.1/',
    log: () => undefined,
  });
  const taskQueue = `bench-${randomUUID()}`;
  const worker = await createWorker({
    connection,
    taskQueue,
    activities,
    dataConverter,
    workflowsPath: join(import.meta.dirname, 'handwritten', 'index.ts'),
  });
  const running = worker.run();
  const { workflow: client } = new Client({ connection, dataConverter });

  const run = async (type: string, argument: unknown): Promise<string> => {
    const workflowId = randomUUID();
    // Eager start, as in `weir dev`, where one process holds client and worker.
    const ended = client.execute(type, {
      workflowId,
      taskQueue,
      args: [argument],
      workflowTaskTimeout: '2s',
      requestEagerStart: true,
    });
    await within(RUN_LIMIT_MS, ended, `${type} ${workflowId}`);
    return workflowId;
  };
  return {
    client,
    flow: (source) => {
      const { ir, diagnostics } = compile(source, { adapters: registry.manifests, actions: {}, flows: new Map() });
      if (ir === undefined)
        throw new Error(diagnostics.map((diagnostic) => `${diagnostic.line}: ${diagnostic.message}`).join('\n'));
      return ir;
    },
    runFlow: (flow, input = null) => run(flow.name, runInput(flow, input)),
    runHand: run,
    close: async () => {
      worker.shutdown();
      await running;
      await connection.close();
      await registry.close();
      await server.stop();
      await rm(room, { recursive: true, force: true });
    },
  };
}

function runInput(flow: FlowIr, input: RunFlowInput['input']): RunFlowInput {
  const trigger = {
    type: 'manual',
    source: 'api',
    id: randomUUID(),
    time: new Date().toISOString(),
    data: input,
    headers: {},
  };
  return {
    format: 1,
    behaviour: CURRENT_BEHAVIOUR,
    flow,
    flows: {},
    input,
    trigger,
    environment: 'development',
    config: {},
    tags: [],
  };
}

async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} has not ended after ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
