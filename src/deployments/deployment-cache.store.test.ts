import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { type Database, openDatabase } from '../store/database.ts';
import { createNotifications, type Notifications } from '../store/notifications.ts';
import { LOCAL_PRINCIPAL } from '../auth/principal.ts';
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts';
import { createDeploymentCache, type DeploymentCache } from './deployment-cache.ts';
import { createDeployments } from './create-deployments.ts';
import { createEnvironments } from './create-environments.ts';
import { createConfig } from './config.ts';
import { addFlow } from './testdata/stored-flows.ts';

let place: TestDatabase;
let database: Database;
let elsewhere: Database;
let notifications: Notifications;
let cache: DeploymentCache;
const context = () => ({ principal: LOCAL_PRINCIPAL, requestId: null, now: Date.now() });
/** Another process: it knows nothing of our cache. */
const deploy = (version: string) =>
  createDeployments({ database: elsewhere, recent: () => async () => [] })(context()).deploy('shop', 'prod', {
    versions: [{ version }],
  });
const cached = async () => (await cache.deployed('default', 'shop')).get('prod')?.versions[0]?.version;
const isSure = () =>
  vi.waitFor(async () => expect(await notifications.sure()).toBe(true), { timeout: 10_000, interval: 5 });

beforeEach(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  database = openDatabase({ url: place.url, max: 2 });
  elsewhere = openDatabase({ url: place.url, max: 2 });
  notifications = createNotifications(database);
  cache = createDeploymentCache({ database, notifications });
  await addFlow(database, 'shop', { versions: ['1.0.0', '2.0.0'] });
  await isSure();
});
afterEach(async () => {
  await notifications.close();
  await Promise.all([database.close(), elsewhere.close()]);
  await place.drop();
});

const countQueries = () => vi.spyOn(database.db, 'select');

describe('the cache of deployments', () => {
  test('asks once, and again when another process has deployed', async () => {
    const told = vi.fn();
    notifications.on('weir_deployments', told);
    await deploy('1.0.0');
    await vi.waitFor(() => expect(told).toHaveBeenCalled(), { timeout: 5_000 });
    expect(await cached()).toBe('1.0.0');
    const queries = countQueries();
    for (let i = 0; i < 100; i++) expect(await cached()).toBe('1.0.0');
    expect(queries).not.toHaveBeenCalled();
    await deploy('2.0.0');
    await vi.waitFor(async () => expect(await cached()).toBe('2.0.0'), { timeout: 5_000, interval: 2 });
  });

  test('takes far less than a millisecond', async () => {
    const told = vi.fn();
    notifications.on('weir_deployments', told);
    await deploy('1.0.0');
    await vi.waitFor(() => expect(told).toHaveBeenCalled(), { timeout: 5_000 });
    await cached();
    const config = createConfig(cache, 'default');
    await config('prod');
    const began = performance.now();
    for (let i = 0; i < 1_000; i++) {
      await cached();
      await config('prod');
    }
    expect((performance.now() - began) / 1_000).toBeLessThan(0.5);
  });

  test('hears of environments too', async () => {
    const config = createConfig(cache, 'default');
    expect(await config('prod')).toEqual({});
    await createEnvironments({ database: elsewhere })(context()).put('prod', { config: { REGION: 'eu' } });
    await vi.waitFor(async () => expect(await config('prod')).toEqual({ REGION: 'eu' }), {
      timeout: 2_000,
      interval: 2,
    });
    await expect(config('nope')).rejects.toMatchObject({ code: 'environment_not_found' });
  });

  test('of a process that deploys itself is right at once', async () => {
    const own = createDeployments({ database, cache, recent: () => async () => [] })(context());
    for (const version of ['1.0.0', '2.0.0', '1.0.0', '2.0.0']) {
      await own.deploy('shop', 'prod', { versions: [{ version }] });
      expect(await cached()).toBe(version);
    }
  });

  test('serves nothing old while it can’t hear, and is right when it hears again', async () => {
    await deploy('1.0.0');
    expect(await cached()).toBe('1.0.0');
    const owner = openDatabase({ url: place.url, max: 1, role: null });
    const kill = () =>
      owner.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and (query ilike 'listen%' or query = 'select 1')`;
    for (const version of ['2.0.0', '1.0.0', '2.0.0', '1.0.0']) {
      await kill();
      await vi.waitFor(async () => expect(await notifications.sure()).toBe(false), { timeout: 5_000, interval: 1 });
      await deploy(version);
      expect(await cached()).toBe(version);
      await isSure();
      expect(await cached()).toBe(version);
    }
    await owner.close();
  });

  test('without notifications keeps nothing', async () => {
    const careful = createDeploymentCache({ database });
    for (const version of ['1.0.0', '2.0.0']) {
      await deploy(version);
      expect((await careful.deployed('default', 'shop')).get('prod')?.versions[0]?.version).toBe(version);
    }
  });

  test('says that the database is away, and does not keep that', async () => {
    const gone = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', max: 1 });
    const helpless = createDeploymentCache({ database: gone });
    await expect(helpless.deployed('default', 'shop')).rejects.toMatchObject({ code: 'store_unavailable' });
    await gone.close();
    vi.spyOn(database.db, 'select').mockImplementationOnce(() => {
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    });
    await expect(cached()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await cached()).toBeUndefined();
  });
});
