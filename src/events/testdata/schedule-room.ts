// Schedules on a real Temporal and a real database, with a worker of their own: what a test deploys is what runs.
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../../activities/create-activities.ts';
import { createResolveScheduled } from '../../activities/resolve-scheduled.ts';
import { createSecretsResolver } from '../../activities/secrets/secrets.ts';
import { slotActivities } from '../../activities/slots.ts';
import { type StoreApi, storeApi } from '../../api/testdata/store-api.ts';
import { createIntents, type Intents } from '../../audit/intents.ts';
import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { Runs } from '../../executions/runs.ts';
import { scopedRuns } from '../../executions/scoped-runs.ts';
import { createTemporalRuns } from '../../executions/temporal-runs.ts';
import type { StoredFlow } from '../../flows/flow-store.ts';
import { Problem } from '../../problems/problem.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { installRuntime } from '../../worker/install-runtime.ts';
import { createEventLog } from '../create-event-log.ts';
import { createSchedules } from '../create-schedules.ts';
import { createDispatcher } from '../dispatcher.ts';
import { createScheduleSync, type ScheduleSync } from '../schedule-sync.ts';
import { scheduledRuns } from '../scheduled-runs.ts';
import { createTemporalSchedules } from '../temporal-schedules.ts';
import type { TriggeredFlow } from '../triggered-flow.ts';
import { fakeDelivery, flowIr } from './fake-delivery.ts';

export const ORGANISATION = 'default';

export interface ScheduleRoom {
  readonly api: StoreApi;
  readonly client: Client;
  readonly runs: Runs;
  readonly sync: ScheduleSync;
  /** As another process has it. */
  readonly otherSync: ScheduleSync;
  /** Ids of the executions that schedules asked for, in order. */
  readonly asked: string[];
  /** Replaces what is deployed by these, in `prod`, without a sync. */
  readonly deploy: (...flows: readonly FlowIr[]) => void;
  readonly close: () => Promise<void>;
}

export async function openScheduleRoom(options: { temporalAddress: string; databaseUrl: string }): Promise<ScheduleRoom> {
  installRuntime((level, message) => (level === 'error' ? console.error(message) : undefined));
  const taskQueue = `schedules-${crypto.randomUUID()}`;
  const connection = await NativeConnection.connect({ address: options.temporalAddress });
  const client = new Client({ connection });
  const temporal = createTemporalSchedules({ client, taskQueue });
  let deployed: readonly TriggeredFlow[] = [];
  const triggered = async (name: string) => (name === ORGANISATION ? deployed : []);
  const onError = (_: string, error: unknown) => console.error(error);
  const asked: string[] = [];
  let parts: { readonly sync: ScheduleSync; readonly otherSync: ScheduleSync; readonly intents: Intents } | undefined;
  const api = await storeApi({
    maintenanceUrl: options.databaseUrl,
    control(context, database) {
      const make = () => createScheduleSync({ database, temporal, triggered, onError });
      parts ??= { intents: createIntents({ database }), sync: make(), otherSync: make() };
      const dispatcher = createDispatcher({ database, deliver: fakeDelivery([]).deliver });
      return {
        schedules: createSchedules({ database, temporal, ...parts })(context),
        events: createEventLog({ database, dispatcher })(context),
      };
    },
  });
  await api.call('GET', '/schedules');
  if (parts === undefined) throw new Error('the first request makes the parts');
  const { sync, otherSync, intents } = parts;
  const worker = await createWorker({
    connection,
    taskQueue,
    drainMs: 100,
    activities: {
      ...createActivities({
        registry: { find: async () => undefined },
        secrets: createSecretsResolver([]),
        callbackUrls: () => '',
        log: () => undefined,
      }),
      ...slotActivities(client, taskQueue),
      'weir.resolve_scheduled': createResolveScheduled({
        ...scheduledRuns(api.database),
        servicesOf: () => ({
          flows: { get: async () => undefined },
          async resolve({ flow, executionId }) {
            asked.push(executionId);
            const found = deployed.find((one) => one.flow.name === flow);
            if (found === undefined) throw new Problem('not_deployed', `${flow} is not deployed`);
            return stored(found.flow);
          },
          config: async () => ({ place: 'prod' }),
          requestSlot: async () => 'granted',
        }),
      }),
    },
  });
  const running = worker.run();
  return {
    api,
    client,
    runs: scopedRuns(createTemporalRuns({ client, taskQueue }), ORGANISATION),
    sync,
    otherSync,
    asked,
    deploy(...flows) {
      deployed = flows.map((flow) => ({ flow, environment: 'prod', weight: 1, deployed: true }));
    },
    async close() {
      deployed = [];
      await sync.sync(ORGANISATION);
      worker.shutdown();
      await running;
      await intents.close();
      await api.close();
      await connection.close();
    },
  };
}

/** A flow with this trigger (YAML's flow form) that waits for the event `go` and gives its data, unless `rest` says otherwise. */
export function timedFlow(name: string, trigger: string, { rest = WAITS, version = '1.0.0' } = {}): FlowIr {
  return flowIr(`flow: ${name}\ntrigger: ${trigger}\n${rest}`, version);
}
export const WAITS = 'steps:\n  - got: { wait_for: { event: go, timeout: 10m } }\noutput: $got.data\n';

const stored = (ir: FlowIr): StoredFlow => ({
  name: ir.name,
  version: ir.version,
  hash: ir.hash,
  ir,
  source: '',
  mediaType: 'application/yaml',
  diagnostics: [],
  createdAt: 0,
});
