// The control plane as its callers know it: one composed server for a file, and what they send to it.
import { afterAll, beforeAll, inject } from 'vitest';
import { createTestDatabase } from '../../postgres/test-database.ts';
import { type ComposedServer, composedServer } from '../http/composed-server.ts';
import { eventually } from './api-client.ts';

export type Answer = Awaited<ReturnType<ComposedServer['call']>>;
type Headers_ = Readonly<Record<string, string>>;

/** Steps that change nothing outside; `x` tells versions apart. */
export const setting = (x: number): string => `  - first: { set: { x: ${x} } }\n`;
/** A step that is open until `/signal` brings `go`. */
export const WAITING = '  - gate: { wait_for: { event: go, timeout: 1h } }\n';

export const flowSource = (name: string, steps = setting(1), frame = ''): string =>
  `flow: ${name}\n${frame}steps:\n${steps}`;

export interface ControlPlane {
  readonly url: string;
  readonly call: ComposedServer['call'];
  /** A flow's YAML, by POST (a new flow) or PUT (a version). */
  readonly store: (method: 'POST' | 'PUT', source: string, headers?: Headers_) => Promise<Answer>;
  /** A name that no other test has. */
  readonly name: (prefix: string) => string;
  /** Stores a flow under a new name and gives the name; fails unless it was stored. */
  readonly flow: (prefix: string, steps?: string, frame?: string) => Promise<string>;
  readonly deploy: (flow: string, environment: string, body: unknown) => Promise<Answer>;
  /** Starts a flow and gives the execution's id; fails unless it was accepted. */
  readonly start: (flow: string, body?: unknown, headers?: Headers_) => Promise<string>;
  /** Asks until the execution has the status. */
  readonly reaches: (id: string, status: string) => Promise<Answer['body']>;
  /** Headers of a token with these grants, made by the owner of `default`, and its id. */
  readonly token: (grants: readonly Grant[], more?: object) => Promise<{ as: Headers_; id: string; secret: string }>;
  /** Every item of a list, page by page. */
  readonly all: (path: string, limit: number, headers?: Headers_) => Promise<Answer['body'][]>;
}

export interface Grant {
  readonly role: string;
  readonly on?: unknown;
}

export const bearer = (token: string): Headers_ => ({ authorization: `Bearer ${token}` });

/** Starts the server before the tests of the calling file and stops it after them. */
export function useControlPlane(env: Headers_ = {}): () => ControlPlane {
  let plane: ControlPlane | undefined;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const database = await createTestDatabase(inject('databaseUrl'));
    closers.push(database.drop);
    const temporalAddress = inject('temporalAddress');
    const server = await composedServer({ databaseUrl: database.url, temporalAddress, env });
    closers.push(server.close);
    plane = controlPlane(server);
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  return () => {
    if (plane === undefined) throw new Error('The server has not started.');
    return plane;
  };
}

function controlPlane({ url, call }: ComposedServer): ControlPlane {
  let names = 0;
  const name = (prefix: string): string => `${prefix}-${++names}`;
  const store: ControlPlane['store'] = (method, source, headers = {}) => {
    const path = method === 'POST' ? '/flows' : `/flows/${/^flow: (\S+)/m.exec(source)?.[1]}`;
    return call(method, path, source, { 'content-type': 'application/yaml', ...headers });
  };
  const accepted = (answer: Answer, ...statuses: number[]): Answer => {
    if (!statuses.includes(answer.status)) throw new Error(`${answer.status} ${answer.text.slice(0, 1000)}`);
    return answer;
  };
  return {
    url,
    call,
    store,
    name,
    async flow(prefix, steps, frame) {
      const called = name(prefix);
      accepted(await store('POST', flowSource(called, steps, frame)), 201);
      return called;
    },
    deploy: (flow, environment, body) => call('PUT', `/flows/${flow}/deployments/${environment}`, body),
    async start(flow, body = {}, headers) {
      return accepted(await call('POST', `/flows/${flow}/execute`, body, headers), 202).body.execution_id;
    },
    reaches: (id, status) =>
      eventually(async () => {
        const { body } = await call('GET', `/executions/${id}`);
        return body.status === status && body;
      }),
    async token(grants, more = {}) {
      const { body } = accepted(await call('POST', '/tokens', { name: name('token'), grants, ...more }), 201);
      return { as: bearer(body.secret), id: body.id, secret: body.secret };
    },
    async all(path, limit, headers) {
      const items: Answer['body'][] = [];
      for (let next: string | null = ''; next !== null; ) {
        const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
        const joined: string = path.includes('?') ? '&' : '?';
        const page: Answer = accepted(
          await call('GET', `${path}${joined}limit=${limit}${cursor}`, undefined, headers),
          200,
        );
        items.push(...page.body.items);
        next = page.body.next;
      }
      return items;
    },
  };
}
