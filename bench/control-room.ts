import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { startPostgres } from '../postgres/server.ts';
import { generateSigningKey } from '../src/audit/signer.ts';
import { ensureOwnerToken } from '../src/auth/owner-token.ts';
import { createCloseStack } from '../src/bin/close-stack.ts';
import { type Foundation, openFoundation } from '../src/bin/foundation.ts';
import { startServer } from '../src/bin/server.ts';
import { readSettings } from '../src/bin/settings.ts';
import { migrate } from '../src/store/migrate.ts';
import { installRuntime } from '../src/worker/install-runtime.ts';
import { freePort } from '../temporal/free-port.ts';
import { startDevServer } from '../temporal/server.ts';
import { echoAdapter } from './echo-adapter.ts';
import type { HandInput } from './handwritten/request.ts';

/** Weir as `weir dev` composes it (PostgreSQL with fsync, a Temporal server on a file, API and worker in one process), with the hand-written workflows on the same worker. */
export interface ControlRoom {
  readonly foundation: Foundation;
  readonly url: string;
  readonly call: (
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<{ readonly status: number; readonly text: string }>;
  /** What a start asks for the version that it runs. */
  readonly lookUp: (flow: string) => Promise<unknown>;
  /** Stores a flow. */
  readonly push: (source: string) => Promise<void>;
  /** Starts over HTTP and waits for the end by the SDK, as for a hand-written workflow: what is compared is the start. */
  readonly runFlow: (name: string) => Promise<void>;
  /** Started by the SDK on the same connection, with the options that Weir gives. */
  readonly runHand: (input: HandInput) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openControlRoom(log: (line: string) => void): Promise<ControlRoom> {
  const stack = createCloseStack();
  const room = await mkdtemp(join(tmpdir(), 'weir-bench-'));
  stack.add(() => rm(room, { recursive: true, force: true }));
  installRuntime((level, message) => log(`${level}: ${message}`));
  const env = { ...process.env, WEIR_RATE_LIMIT: '100000' };
  const postgres = await startPostgres({ env: {}, log });
  stack.add(postgres.stop);
  await migrate(postgres.url);
  const temporal = await startDevServer({ env: process.env, log, stateFile: join(room, 'temporal.db'), uiPort: false });
  stack.add(temporal.stop);
  const foundation = await openFoundation({
    settings: readSettings(env),
    env,
    log: (level, message) => log(`${level}: ${message}`),
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    payloads: join(room, 'payloads'),
    callbackKey: 'x'.repeat(32),
    allowLoopback: true,
    eagerStart: true,
    adapters: [echoAdapter],
    onClose: stack.add,
  });
  const token = await ensureOwnerToken(foundation.database, 'default');
  const { url = '', control } = await startServer({
    foundation,
    parts: { api: { port: await freePort() }, worker: true },
    auditKey: generateSigningKey(),
    auditCheckpoints: join(room, 'checkpoints.jsonl'),
    fatal: (message, error) => {
      throw new Error(message, { cause: error });
    },
    onClose: stack.add,
    workflowsPath: join(import.meta.dirname, 'handwritten', 'index.ts'),
  });
  // Whoever calls shares these two cores with what is measured: a lean client.
  const client = new Pool(url, { connections: 50 });
  stack.add(() => client.close());
  const call: ControlRoom['call'] = async (method, path, body, headers = {}) => {
    const answer = await client.request({
      method,
      path,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const expect = (answer: { readonly status: number; readonly text: string }, status: number): string => {
    if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text}`);
    return answer.text;
  };
  return {
    foundation,
    url,
    call,
    lookUp: (flow) =>
      control.organisation('default').resolve({ flow, environment: 'dev', input: {}, executionId: 'x' }),
    async push(source) {
      expect(await call('POST', '/flows', source, { 'content-type': 'application/yaml' }), 201);
    },
    async runFlow(name) {
      const answer = expect(await call('POST', `/flows/${name}/execute`, {}), 202);
      const { execution_id } = JSON.parse(answer) as { execution_id: string }; // as a 202 has it
      await foundation.client.workflow.getHandle(execution_id).result();
    },
    async runHand(input) {
      await foundation.client.workflow.execute('hand_calls', {
        workflowId: randomUUID(),
        taskQueue: foundation.taskQueue,
        args: [input],
        workflowTaskTimeout: '2s',
        requestEagerStart: true,
      });
    },
    close: stack.close,
  };
}
