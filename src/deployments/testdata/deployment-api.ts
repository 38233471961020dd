// The API with environments, deployments and executions that start nowhere: what was started is kept in `started`.
import { vi } from 'vitest';
import { type StoreApi, storeApi } from '../../api/testdata/store-api.ts';
import type { AuditContext } from '../../audit/entry.ts';
import { createGateway } from '../../executions/gateway.ts';
import type { Runs, RunSummary, StartRun } from '../../executions/runs.ts';
import { description, fakeRuns } from '../../executions/testdata/fake-runs.ts';
import type { Database } from '../../store/database.ts';
import { createNotifications, type Notifications } from '../../store/notifications.ts';
import { createConfig } from '../config.ts';
import { createDeployments, type DeploymentChange } from '../create-deployments.ts';
import { createEnvironments } from '../create-environments.ts';
import { createDeploymentCache, type DeploymentCache } from '../deployment-cache.ts';
import type { ResolveVersion } from '../deployments.ts';
import { createResolveVersion } from '../resolve-version.ts';
import { tableFlows } from './stored-flows.ts';

export interface DeploymentApi extends StoreApi {
  readonly started: StartRun[];
  readonly recent: RunSummary[];
  readonly onChange: ReturnType<typeof vi.fn<(change: DeploymentChange) => Promise<void> | void>>;
  readonly log: ReturnType<typeof vi.fn>;
  readonly cache: () => DeploymentCache;
  readonly resolve: (organisation: string) => ResolveVersion;
  readonly notifications: () => Notifications;
  readonly audit: () => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export async function deploymentApi(maintenanceUrl: string): Promise<DeploymentApi> {
  const started: StartRun[] = [];
  const recent: RunSummary[] = [];
  const onChange = vi.fn<(change: DeploymentChange) => Promise<void> | void>();
  const log = vi.fn();
  const parts = once((database: Database) => {
    const notifications = createNotifications(database);
    const cache = createDeploymentCache({ database, notifications });
    return { notifications, cache };
  });
  const runs = fakeRuns({
    async start(request) {
      if (started.some((one) => one.executionId === request.executionId)) return 'exists';
      started.push(request);
      return 'started';
    },
    async describe(executionId) {
      const run = started.find((one) => one.executionId === executionId);
      return run === undefined
        ? null
        : description({ executionId, flow: run.input.flow.name, version: run.input.flow.version, memo: run.memo });
    },
  } satisfies Partial<Runs>);
  const services = ({ principal: { organisation } }: AuditContext, database: Database) => {
    const { cache } = parts(database);
    const flows = tableFlows(database, organisation);
    return {
      flows: flows as never, // routes of deployments and starts only `get`
      executions: createGateway({
        runs, flows, organisation,
        reader: {} as never, // nothing is read
        verifyCallback: () => { throw new Error('no callbacks here'); },
        adapters: async () => new Map(),
        requestSlot: async () => 'granted',
        config: createConfig(cache, organisation),
        resolve: createResolveVersion({ flows, cache, organisation }),
        defaultEnvironment: 'dev',
      }),
    };
  };
  const api = await storeApi({
    maintenanceUrl,
    services,
    control: (context, database) => ({
      environments: createEnvironments({ database, cache: parts(database).cache })(context),
      deployments: createDeployments({ database, cache: parts(database).cache, onChange, log, recent: () => async () => recent })(context),
    }),
  });
  const { database } = api;
  const close = api.close;
  return Object.assign(api, {
    started, recent, onChange, log,
    cache: () => parts(database).cache,
    resolve: (organisation: string) => createResolveVersion({ flows: tableFlows(database, organisation), cache: parts(database).cache, organisation }),
    notifications: () => parts(database).notifications,
    audit: async () =>
      (await database.sql<{ body: string }[]>`select body from audit_records order by organisation, seq`).map(({ body }) => JSON.parse(body)),
    async close() {
      await parts(database).notifications.close();
      await close();
    },
  });
}

function once<A, T>(make: (argument: A) => T): (argument: A) => T {
  let made: { readonly value: T } | undefined;
  return (argument) => (made ??= { value: make(argument) }).value;
}
