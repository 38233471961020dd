// The API on a database of its own, with the parts of the control plane that a test names: `call()` is one request.
import { createTestDatabase } from '../../../postgres/test-database.ts';
import type { AuditContext } from '../../audit/entry.ts';
import { LOCAL_PRINCIPAL, type Principal } from '../../auth/principal.ts';
import { compile } from '../../dsl/index.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { createApp } from '../app.ts';
import type { Authenticate } from '../authenticate.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { ApiDeps } from '../deps.ts';
import type { Services } from '../services.ts';
import { checkAnswer } from './check-answer.ts';

export interface StoreApiOptions {
  /** `inject('databaseUrl')`. */
  readonly maintenanceUrl: string;
  /** Parts under test; what is missing rejects when it is used. */
  readonly control: (context: AuditContext, database: Database) => Partial<ControlPlane>;
  readonly services?: (context: AuditContext, database: Database) => Partial<Omit<Services, 'control'>>;
  /** Default: every request is that of `principal`. */
  readonly authenticate?: (database: Database) => Authenticate;
  readonly now?: () => number;
  /** Further parts of the app: limits, idempotency keys. */
  readonly deps?: (database: Database) => Partial<ApiDeps>;
}

export interface StoreApi {
  readonly database: Database;
  /** Who asks from now on. Default: an administrator of the organisation `default`. */
  principal: Principal;
  readonly request: (path: string, init?: RequestInit) => Promise<Response>;
  readonly call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<ApiAnswer>;
  readonly close: () => Promise<void>;
}
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Tests look into it; what is not there fails them. */
  readonly body: ReturnType<typeof JSON.parse>;
}

export async function storeApi(options: StoreApiOptions): Promise<StoreApi> {
  const place = await createTestDatabase(options.maintenanceUrl);
  const database = openDatabase({ url: place.url, max: 4 });
  const api: { principal: Principal } = { principal: LOCAL_PRINCIPAL };
  const app = createApp({
    servicesFor: (context) =>
      ({
        ...options.services?.(context, database),
        control: missingRejects(options.control(context, database)),
      }) as Services, // a test names what its routes use
    authenticate: options.authenticate?.(database) ?? (async () => api.principal),
    compile,
    flowSchema: {},
    newRequestId: () => crypto.randomUUID(),
    now: options.now ?? Date.now,
    log: (_level, message, fields) => console.error(message, fields),
    version: '0.0.1',
    inspect: checkAnswer,
    ...options.deps?.(database),
  });
  const request: StoreApi['request'] = async (path, init) => app.request(`http://127.0.0.1${path}`, init);
  return Object.assign(api, {
    database,
    request,
    async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> {
      const type = body === undefined || 'content-type' in headers ? {} : { 'content-type': 'application/json' };
      const raw = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
      const response = await request(path, { method, headers: { ...type, ...headers }, body: raw });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
      return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : text };
    },
    async close() {
      await database.close();
      await place.drop();
    },
  });
}

function missingRejects(parts: Partial<ControlPlane>): ControlPlane {
  return new Proxy(parts, {
    get(target, name) {
      if (Reflect.has(target, name)) return Reflect.get(target, name);
      throw new Error(`the test did not name the part ${String(name)}`);
    },
  }) as ControlPlane; // what is missing throws
}
