import { afterAll, beforeAll } from 'vitest';
import { adapterContractSuite } from '../testdata/contract-suite.ts';
import { testContext } from '../testdata/context.ts';
import { json, type StubServer, startStub } from '../testdata/stub-server.ts';
import { createHttpClient } from './client.ts';
import { createHttpAdapter } from './index.ts';

const client = createHttpClient({ egress: { allow: ['127.0.0.0/8'] } });
let server: StubServer;
beforeAll(async () => {
  server = await startStub((request, response) => {
    if (request.url === '/ok') json(response, { a: 1 });
    if (request.url === '/busy') json(response, {}, 503);
  });
});
afterAll(async () => {
  await client.close();
  await server.close();
});

adapterContractSuite('http', {
  adapter: () => createHttpAdapter(client),
  context: testContext,
  scenarios: () => ({
    request: {
      params: { url: `${server.url}/ok` },
      hanging: { url: `${server.url}/silent` },
      failing: { url: `${server.url}/busy` },
      calls: () => server.seen.length,
    },
  }),
});
