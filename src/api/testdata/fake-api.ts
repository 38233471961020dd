// The API with everything behind it faked: `call()` is one request.
import { vi } from 'vitest';
import { LOCAL_PRINCIPAL } from '../../auth/principal.ts';
import type { AdapterManifest } from '../../adapters/manifest.ts';
import { compile } from '../../dsl/index.ts';
import type { EventSink } from '../../events/sink.ts';
import type { ExecutionGateway } from '../../executions/gateway.ts';
import { pickVersion, parseFlowRef } from '../../flows/flow-ref.ts';
import type { FlowStore, StoredFlow } from '../../flows/flow-store.ts';
import { runVirtual } from '../../workflows/host/run-virtual.ts';
import { createApp } from '../app.ts';
import type { ApiDeps } from '../deps.ts';

export const ID = '01890000-0000-7000-8000-000000000001';

export const CRM: AdapterManifest = {
  name: 'crm', version: '1.0.0', hash: 'h', actions: {
    find: { idempotency: 'safe', completion: 'sync', title: 'Find', input: { type: 'object' }, output: { type: 'object', properties: { name: { type: 'string', examples: ['Ada'] }, age: { type: 'integer' } } } },
    order: { idempotency: 'none', completion: 'callback', callback_schema: { type: 'object', required: ['number'], properties: { number: { type: 'integer' } } } },
  },
};
const environment = { adapters: new Map([['crm', CRM]]), actions: { look_up: { adapter: 'crm', action: 'find' } }, flows: new Map() };

export function storedFlow(source: string, version = '1.0.0'): StoredFlow {
  const { ir, diagnostics } = compile(source, environment);
  const name = ir?.name ?? /^flow: (\S+)/.exec(source)?.[1] ?? 'none';
  return { name, version, hash: ir?.hash ?? 'none', ...(ir !== undefined && { ir: { ...ir, version } }), source, mediaType: 'application/yaml', diagnostics, createdAt: 0 };
}

export function fakeStore(flows: readonly StoredFlow[]): FlowStore {
  const of = (name: string): readonly StoredFlow[] => flows.filter((flow) => flow.name === parseFlowRef(name).name);
  return {
    writable: false,
    get: async (ref) => pickVersion(of(ref), parseFlowRef(ref).range),
    versions: async (name) => [...of(name)].reverse(),
    list: async () => [...new Set(flows.map((flow) => flow.name))].sort().flatMap((name) => pickVersion(of(name), '*') ?? []),
    environment: async () => environment,
    catalogue: async () => environment.actions,
    problems: async () => [],
    close: async () => undefined,
  };
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Tests look into it; what is not there fails them. */
  readonly body: ReturnType<typeof JSON.parse>;
}

/** Methods of the gateway that a test does not give must not be called. */
export function fakeApi(options: { flows?: readonly StoredFlow[]; executions?: Partial<ExecutionGateway>; events?: EventSink; deps?: Partial<ApiDeps> } = {}) {
  const executions = new Proxy(options.executions ?? {}, {
    get: (target, name) => Reflect.get(target, name) ?? (() => Promise.reject(new Error(`the test did not expect ${String(name)}`))),
  }) as ExecutionGateway; // what is missing rejects
  const log = vi.fn();
  const app = createApp({
    servicesFor: () => ({ flows: fakeStore(options.flows ?? []), executions, events: options.events ?? { deliver: async (event) => ({ id: event.id, delivered: [], started: [], rejected: [] }) } }),
    authenticate: async () => LOCAL_PRINCIPAL,
    compile, flowSchema: { $schema: 'https://json-schema.org/draft/2020-12/schema' }, runVirtual, newRequestId: () => 'req-1', now: () => Date.UTC(2026, 0, 2), log, version: '0.0.1',
    ...options.deps,
  });
  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<FakeAnswer> {
    const type = body === undefined || 'content-type' in headers ? {} : { 'content-type': 'application/json' };
    const raw = typeof body === 'string' || body instanceof Uint8Array ? body : body === undefined ? null : JSON.stringify(body);
    const response = await app.request(`http://127.0.0.1${path}`, { method, headers: { ...type, ...headers }, body: raw as RequestInit['body'] & (string | null) }); // bytes are fine too
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text };
  }
  return { app, call, log };
}
