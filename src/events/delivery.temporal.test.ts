// Delivery as it is wired: events from the log start flows on Temporal and wake executions that wait, once.
import { Client } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts';
import { createActivities } from '../activities/create-activities.ts';
import { createSecretsResolver } from '../activities/secrets/secrets.ts';
import { slotActivities } from '../activities/slots.ts';
import { systemPrincipal } from '../auth/principal.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import { scopedRuns } from '../executions/scoped-runs.ts';
import { startExecution } from '../executions/start-execution.ts';
import { createTemporalRuns } from '../executions/temporal-runs.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { createWorker } from '../worker/create-worker.ts';
import { installRuntime } from '../worker/install-runtime.ts';
import { createEventLog } from './create-event-log.ts';
import { deliverEvent } from './deliver-event.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { flowIr } from './testdata/fake-delivery.ts';

const taskQueue = `delivery-${Date.now()}`;
const STARTS = flowIr('flow: delivery-starts\ntrigger: delivery.test\nsteps:\n  - return: $trigger.id\n');
const WAITS = flowIr(
  'flow: delivery-waits\nsteps:\n  - got: { wait_for: { event: delivery.test, timeout: 10m } }\noutput: $got.data\n',
);
const FLOWS = new Map<string, FlowIr>([STARTS, WAITS].map((flow) => [flow.name, flow]));
let place: TestDatabase;
let database: Database;
let connection: NativeConnection;
let worker: Worker;
let running: Promise<void>;
let dispatcher: Dispatcher;
let client: Client;

beforeAll(async () => {
  installRuntime(() => undefined);
  place = await createTestDatabase(inject('databaseUrl'));
  database = openDatabase({ url: place.url, max: 4 });
  connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection });
  const registry = { find: async () => undefined };
  worker = await createWorker({
    connection,
    taskQueue,
    drainMs: 100,
    activities: {
      ...createActivities({
        registry,
        secrets: createSecretsResolver([]),
        callbackUrls: () => '',
        log: () => undefined,
      }),
      ...slotActivities(client, taskQueue),
    },
  });
  running = worker.run();
  dispatcher = createDispatcher({
    database,
    deliver: (organisation, arrival) => deliverEvent(servicesOf(organisation), arrival),
  });
});
afterAll(async () => {
  await dispatcher.close();
  worker.shutdown();
  await running;
  await connection.close();
  await database.close();
  await place.drop();
});

const runsOf = (organisation: string) => scopedRuns(createTemporalRuns({ client, taskQueue }), organisation);
function servicesOf(organisation: string) {
  const runs = runsOf(organisation);
  return {
    organisation,
    runs,
    triggered: async () => [{ flow: STARTS, environment: 'prod', weight: 1, deployed: true }],
    awaiting: async () => [WAITS.name],
    start: (request: Parameters<typeof startExecution>[1]) => {
      const ir = FLOWS.get(request.flow);
      if (ir === undefined) throw new Error('the test knows two flows');
      const get = async () => ({
        name: ir.name,
        version: ir.version,
        hash: ir.hash,
        ir,
        source: '',
        mediaType: 'application/yaml' as const,
        diagnostics: [],
        createdAt: 0,
      });
      const deps = { runs, flows: { get }, config: async () => ({}), now: Date.now, organisation };
      return startExecution({ ...deps, requestSlot: async () => 'granted' }, request);
    },
  };
}
const log = createLogOf('default');
function createLogOf(organisation: string) {
  return () =>
    createEventLog({ database, dispatcher })({
      principal: systemPrincipal('test', organisation),
      requestId: null,
      now: Date.now(),
    });
}
const event = (id: string) => ({
  id,
  source: '/test',
  type: 'delivery.test',
  time: new Date().toISOString(),
  data: { n: 7 },
  headers: {},
});

test('an event starts what it triggers and wakes what waits, of its organisation alone; delivered again it does neither twice', async () => {
  await database.sql`insert into organisations (id, title) values ('other', 'Other')`;
  const mine = await servicesOf('default').start({ flow: WAITS.name });
  const theirs = await servicesOf('other').start({ flow: WAITS.name });
  // Waits show in Temporal's list after a moment.
  for (const organisation of ['default', 'other'])
    await vi.waitFor(
      async () => {
        const query = `WorkflowType = '${WAITS.name}' AND WeirStatus = 'waiting'`;
        expect((await runsOf(organisation).list(query, { size: 9, cursor: null })).items).toHaveLength(1);
      },
      { timeout: 20_000, interval: 100 },
    );
  const id = `e-${Date.now()}`;
  const [accepted] = await log().accept([event(id)]);
  expect(accepted).toMatchObject({ duplicate: false, outcome: { delivered: [mine.execution_id], rejected: [] } });
  const [started = ''] = accepted?.outcome.started ?? [];
  expect(await client.workflow.getHandle(mine.execution_id).result()).toEqual({ n: 7 });
  expect(await client.workflow.getHandle(started).result()).toBe(id);
  expect((await runsOf('other').describe(theirs.execution_id))?.status).toBe('running');
  // As after a crash between the delivery and the note of it.
  await database.sql`update events set processed_at = null, outcome = null, next_attempt_at = now()`;
  expect(await dispatcher.tick()).toBe(1);
  const again = await log().get(accepted?.id ?? '');
  expect(again.outcome.started).toEqual([started]);
  const query = `WorkflowType = '${STARTS.name}' AND WeirVersion IS NOT NULL`;
  await vi.waitFor(async () =>
    expect((await runsOf('default').list(query, { size: 9, cursor: null })).items).toHaveLength(1),
  );
  await runsOf('other').terminate(theirs.execution_id, 'test');
});
