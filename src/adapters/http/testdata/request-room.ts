import { afterEach, beforeEach } from 'vitest';
import type { Json } from '../../../dsl/ir/json.ts';
import type { ActionContext } from '../../adapter.ts';
import { testContext } from '../../testdata/context.ts';
import { json, type Seen, type StubServer, startStub } from '../../testdata/stub-server.ts';
import { createHttpClient, type HttpClient } from '../client.ts';
import { createRequestAction } from '../request.ts';

type Answer = Parameters<typeof startStub>[0];

export interface RequestRoom {
  /** A server that ends with the test. */
  readonly stub: (answer: Answer) => Promise<StubServer>;
  /** `http.request`, with a client of the test's own: loopback is allowed, 64 KiB are the most. */
  readonly call: (params: Json, context?: Partial<ActionContext>) => Promise<Json>;
}

/** What the tests of one file on `http.request` need, new for each test. */
export function requestRoom(): RequestRoom {
  let client: HttpClient;
  const stubs: StubServer[] = [];
  beforeEach(() => {
    client = createHttpClient({ egress: { allow: ['127.0.0.0/8'] }, maxBytes: 64 * 1024 });
  });
  afterEach(async () => {
    await client.close();
    await Promise.all(stubs.splice(0).map((stub) => stub.close()));
  });
  return {
    stub: async (answer) => {
      const started = await startStub(answer);
      stubs.push(started);
      return started;
    },
    call: (params, context = {}) => createRequestAction(client)(params, testContext(context)),
  };
}

/** Answers with what it was asked. */
export const echo = (request: Seen, response: Parameters<Answer>[1]): void =>
  json(response, { got: request.body, url: request.url });
