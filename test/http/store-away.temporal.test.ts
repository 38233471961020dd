// PostgreSQL goes away for a while under the running control plane, and comes back.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../postgres/server.ts';
import { migrate } from '../../src/store/migrate.ts';
import { freePort } from '../../temporal/free-port.ts';
import { type ComposedServer, composedServer } from './composed-server.ts';

let folder: string;
let port: number;
let postgres: PostgresServer;
let server: ComposedServer;
const start = async (): Promise<PostgresServer> =>
  startPostgres({ env: { ...process.env, DATABASE_URL: undefined }, log: () => undefined, dataDir: folder, port });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-store-away-'));
  port = await freePort();
  postgres = await start();
  await migrate(postgres.url);
  server = await composedServer({ databaseUrl: postgres.url, temporalAddress: inject('temporalAddress') });
});
afterAll(async () => {
  await server?.close();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

const FLOW = `
flow: outlasts
steps:
  - pause: { wait: 12s }
  - set: { ended: true }
output: $vars.ended
`;
const yaml = { 'content-type': 'application/yaml' };

test('refused in time with Retry-After, alive and not ready meanwhile, as before afterwards; executions are unharmed', {
  timeout: 180_000,
}, async () => {
  expect((await server.call('POST', '/flows', FLOW, yaml)).status).toBe(201);
  const running = await server.call('POST', '/flows/outlasts/execute', {});
  expect(running.status).toBe(202);
  expect((await server.call('GET', '/readyz')).status).toBe(200);

  await postgres.stop();
  const keyed = { 'idempotency-key': 'once' };
  const attempts = await Promise.all(
    Array.from({ length: 5 }, () => [
      server.call('GET', '/flows'),
      server.call('GET', '/audit'),
      server.call('PUT', '/environments/dev', { rank: 7 }, keyed),
      server.call('POST', '/tokens', { name: 'x', grants: [{ role: 'viewer', on: { kind: 'all' } }] }),
      server.call('POST', '/flows/outlasts/execute', {}),
    ]).flat(),
  );
  for (const { status, body, headers, ms } of attempts) {
    expect([status, body.code]).toEqual([503, 'store_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(ms).toBeLessThan(12_000);
  }
  expect((await server.call('GET', '/healthz')).status).toBe(200);
  await sleep(1_100); // probes of one second share an answer
  const ready = await server.call('GET', '/readyz');
  expect([ready.status, ready.body.missing]).toEqual([503, ['PostgreSQL does not answer']]);
  expect(ready.ms).toBeLessThan(5_000);

  postgres = await start();
  await expect
    .poll(async () => (await server.call('GET', '/readyz')).status, { timeout: 15_000, interval: 200 })
    .toBe(200);
  await expect
    .poll(async () => (await server.call('GET', '/flows')).status, { timeout: 15_000, interval: 200 })
    .toBe(200);
  const repeat = await server.call('PUT', '/environments/dev', { rank: 7 }, keyed);
  expect([repeat.status, repeat.body.rank]).toEqual([200, 7]);
  await expect
    .poll(async () => (await server.call('GET', `/executions/${running.body.execution_id}`)).body.status, {
      timeout: 40_000,
      interval: 500,
    })
    .toBe('completed');
});
