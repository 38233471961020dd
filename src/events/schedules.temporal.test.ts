import { Client, ScheduleNotFoundError } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { createActivities } from '../activities/create-activities.ts';
import { createResolveScheduled } from '../activities/resolve-scheduled.ts';
import { createSecretsResolver } from '../activities/secrets/secrets.ts';
import { slotActivities } from '../activities/slots.ts';
import { createIntents, type Intents } from '../audit/intents.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import { scopedRuns } from '../executions/scoped-runs.ts';
import { createTemporalRuns } from '../executions/temporal-runs.ts';
import type { Runs } from '../executions/runs.ts';
import type { StoredFlow } from '../flows/flow-store.ts';
import { type StoreApi, storeApi } from '../api/testdata/store-api.ts';
import { Problem } from '../problems/problem.ts';
import { createWorker } from '../worker/create-worker.ts';
import { installRuntime } from '../worker/install-runtime.ts';
import { UPDATES } from '../workflows/contract.ts';
import { createEventLog } from './create-event-log.ts';
import { createSchedules } from './create-schedules.ts';
import { createDispatcher } from './dispatcher.ts';
import { nextRuns } from './next-runs.ts';
import { createScheduleSync, type ScheduleSync } from './schedule-sync.ts';
import { scheduledRuns } from './scheduled-runs.ts';
import { fakeDelivery, flowIr } from './testdata/fake-delivery.ts';
import { createTemporalSchedules } from './temporal-schedules.ts';
import type { TriggeredFlow } from './triggered-flow.ts';

const taskQueue = `schedules-${Date.now()}`;
const organisation = 'default';
let connection: NativeConnection;
let client: Client;
let worker: Worker;
let running: Promise<void>;
let api: StoreApi;
let sync: ScheduleSync;
let intents: Intents;
let runs: Runs;
let deployed: readonly TriggeredFlow[] = [];
let flow = '';
let id = '';
let count = 0;
const asked: string[] = [];

beforeAll(async () => {
  installRuntime((level, message) => (level === 'error' ? console.error(message) : undefined));
  connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection });
  runs = scopedRuns(createTemporalRuns({ client, taskQueue }), organisation);
  const temporal = createTemporalSchedules({ client, taskQueue });
  const triggered = async (name: string) => (name === organisation ? deployed : []);
  api = await storeApi({
    maintenanceUrl: inject('databaseUrl'),
    control(context, database) {
      intents ??= createIntents({ database });
      sync ??= createScheduleSync({ database, temporal, triggered, onError: (_, error) => console.error(error) });
      const dispatcher = createDispatcher({ database, deliver: fakeDelivery([]).deliver });
      return {
        schedules: createSchedules({ database, temporal, sync, intents })(context),
        events: createEventLog({ database, dispatcher })(context),
      };
    },
  });
  await api.call('GET', '/schedules'); // makes the parts
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
  worker = await createWorker({
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
          async resolve({ flow: name, executionId }) {
            asked.push(executionId);
            const found = deployed.find((one) => one.flow.name === name);
            if (found === undefined) throw new Problem('not_deployed', `${name} is not deployed`);
            return stored(found.flow);
          },
          config: async () => ({ place: 'prod' }),
          requestSlot: async () => 'granted',
        }),
      }),
    },
  });
  running = worker.run();
});
afterAll(async () => {
  deployed = [];
  await sync.sync(organisation);
  worker.shutdown();
  await running;
  await intents.close();
  await api.close();
  await connection.close();
});
beforeEach(() => {
  count++;
  flow = `timed-${count}`;
  id = `weir-schedule:default:prod:${flow}:0`;
  asked.length = 0;
});

const WAITS = 'steps:\n  - got: { wait_for: { event: go, timeout: 10m } }\noutput: $got.data\n';
/** Deploys version `1.0.<n>` of this test's flow; `trigger` in YAML's flow form. */
async function deploy(trigger: string, rest = WAITS, version = '1.0.0'): Promise<void> {
  const ir = flowIr(`flow: ${flow}\ntrigger: ${trigger}\n${rest}`, version);
  deployed = [{ flow: ir, environment: 'prod', weight: 1, deployed: true }];
  await sync.sync(organisation);
}
const NEVER = '0 0 1 1 *';
const trigger = async () => {
  const answer = await api.call('POST', `/schedules/${id}/trigger`);
  expect([answer.status, answer.text]).toEqual([202, expect.anything()]);
};
const handle = () => client.schedule.getHandle(id);
const wrappers = async () => {
  const { info } = await handle().describe();
  return info.recentActions.map(({ action }) => action.workflow.workflowId);
};
const statusOf = async (workflowId: string) => (await client.workflow.getHandle(workflowId).describe()).status.name;
const eventually = <T>(look: () => Promise<T>) => vi.waitFor(look, { timeout: 20_000, interval: 100 });
/** The execution that was started last, once it waits. */
async function waiting(n = 0): Promise<string> {
  return eventually(async () => {
    const execution = asked[n] ?? '';
    expect((await runs.describe(execution))?.shown).toBe('waiting');
    return execution;
  });
}
const go = (execution: string, data: object = {}) =>
  runs.update({
    executionId: execution,
    name: UPDATES.event,
    id: 'go',
    argument: { id: 'go', type: 'go', data: { ...data } },
  });

describe('a scheduled run', () => {
  test('runs the flow as its child, in its environment and organisation, and ends as it ends', async () => {
    await deploy(`{ schedule: "${NEVER}", input: { at: $trigger.time, by: $trigger.type } }`);
    await trigger();
    const execution = await waiting();
    const [wrapper = ''] = await eventually(async () => {
      const found = await wrappers();
      expect(found).toHaveLength(1);
      return found;
    });
    expect(await statusOf(wrapper)).toBe('RUNNING');
    expect(await runs.describe(execution)).toMatchObject({
      flow,
      version: '1.0.0',
      environment: 'prod',
      organisation,
      status: 'running',
    });
    const input = await runs.input(execution);
    expect(input.config).toEqual({ place: 'prod' });
    expect(input.trigger).toMatchObject({ type: 'schedule', source: `/schedules/${id}`, data: {} });
    expect(input.input).toEqual({ at: input.trigger.time, by: 'schedule' });
    // When it was due, not when it ran: the wrapper's id ends with that.
    expect(wrapper).toBe(`${id}-${input.trigger.time.replace(/\.\d+/, '')}`);
    await go(execution, { n: 1 });
    await eventually(async () => expect(await statusOf(wrapper)).toBe('COMPLETED'));
    expect((await runs.describe(execution))?.status).toBe('completed');
  });

  test('that fails, fails; one that is cancelled cancels the flow, which cleans up', async () => {
    await deploy(`{ schedule: "${NEVER}" }`, 'steps:\n  - fail: { code: no, message: x }\n');
    await trigger();
    await eventually(async () => expect(await statusOf((await wrappers())[0] ?? '')).toBe('FAILED'));
    await deploy(`{ schedule: "${NEVER}" }`, `${WAITS}finally:\n  - set: { done: true }\n`, '1.0.1');
    await trigger();
    const execution = await waiting(1);
    await client.workflow.getHandle((await wrappers()).at(-1) ?? '').cancel();
    await eventually(async () => expect((await runs.describe(execution))?.status).toBe('cancelled'));
    await eventually(async () => expect(await statusOf((await wrappers()).at(-1) ?? '')).toMatch(/CANCELLED/));
  });

  test('whose input the flow refuses makes no execution and is listed', async () => {
    await deploy(`{ schedule: "${NEVER}", input: { n: many } }`, `inputs: { n: { type: integer } }\n${WAITS}`);
    await trigger();
    const items = await eventually(async () => {
      const { body } = await api.call('GET', `/events?rejected=true&source=${encodeURIComponent(`/schedules/${id}`)}`);
      expect(body.items).toHaveLength(1);
      return body.items;
    });
    expect(items).toMatchObject([
      {
        kind: 'schedule',
        type: 'schedule',
        headers: { environment: 'prod' },
        rejected: [{ flow, code: 'invalid_input' }],
      },
    ]);
    await eventually(async () => expect(await statusOf((await wrappers())[0] ?? '')).toBe('COMPLETED'));
    expect(await runs.describe(asked[0] ?? '')).toBeNull();
    expect((await api.call('POST', `/events/${items[0].entry}/redeliver`)).status).toBe(400);
  });

  test('overlap counts the flow: skipped while it runs, or it is cancelled for the new one', async () => {
    await deploy(`{ schedule: "${NEVER}", overlap: skip }`);
    await trigger();
    const first = await waiting();
    await trigger();
    await eventually(async () => expect((await handle().describe()).info.numActionsSkippedOverlap).toBe(1));
    expect(asked).toHaveLength(1);
    await deploy(`{ schedule: "${NEVER}", overlap: cancel_other }`, WAITS, '1.0.1');
    await trigger();
    await eventually(async () => expect((await runs.describe(first))?.status).toBe('cancelled'));
    const second = await waiting(1);
    expect(second).not.toBe(first);
    expect((await runs.describe(second))?.version).toBe('1.0.1');
    await runs.cancel(second);
  });
});

describe('what is deployed', () => {
  test('is what Temporal has: made, changed in place, deleted', async () => {
    await deploy('[manual, { schedule: "30 6 * * 1-5", timezone: Europe/Berlin, overlap: buffer_one, catchup: 10m }]');
    id = `weir-schedule:default:prod:${flow}:1`;
    const before = await handle().describe();
    expect(before.spec.timezone).toBe('Europe/Berlin');
    expect(before.policies).toMatchObject({ overlap: 'BUFFER_ONE', catchupWindow: 600_000 });
    expect((await api.call('GET', `/schedules?flow=${flow}`)).body.items).toMatchObject([
      { id, flow, environment: 'prod', schedule: '30 6 * * 1-5', overlap: 'buffer_one', paused: false, applied: true },
    ]);
    await deploy('[manual, { schedule: "0 7 * * *" }]', WAITS, '1.0.1');
    const after = await handle().describe();
    expect(after.spec.timezone).toBe('UTC');
    expect(after.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 3_600_000 });
    expect(after.info.createdAt).toEqual(before.info.createdAt);
    deployed = [];
    await sync.sync(organisation);
    await expect(handle().describe()).rejects.toThrow(ScheduleNotFoundError);
    expect((await api.call('GET', `/schedules?flow=${flow}`)).body.items).toEqual([]);
    expect(await api.database.sql`select 1 from schedules where flow = ${flow}`).toEqual([]);
  });

  test('a pause is kept over a deployment, whoever paused', async () => {
    await deploy(`{ schedule: "${NEVER}" }`);
    expect((await api.call('POST', `/schedules/${id}/pause`)).body).toMatchObject({ paused: true, applied: true });
    await deploy('{ schedule: "0 7 * * *" }', WAITS, '1.0.1');
    expect((await handle().describe()).state.paused).toBe(true);
    expect((await api.call('POST', `/schedules/${id}/resume`)).body).toMatchObject({ paused: false, applied: true });
    await handle().pause('by hand');
    await deploy('{ schedule: "0 8 * * *" }', WAITS, '1.0.2');
    expect((await handle().describe()).state).toMatchObject({ paused: true, note: 'by hand' });
    expect((await api.call('GET', `/schedules/${id}`)).body.paused).toBe(true);
    await handle().unpause();
    await sync.heal();
    expect((await api.call('GET', `/schedules/${id}`)).body.paused).toBe(false);
    const records = await api.database.sql`
      select action from audit_records where subject = ${id} order by seq`;
    expect(records.map(({ action }) => action)).toEqual(['schedule.pause', 'schedule.resume']);
  });

  test('comes back when it was deleted in Temporal by hand, paused if it was', async () => {
    await deploy(`{ schedule: "${NEVER}" }`);
    await api.call('POST', `/schedules/${id}/pause`);
    await handle().delete();
    await sync.heal();
    expect((await handle().describe()).state.paused).toBe(true);
  });

  test('by ten syncs at once is brought once', async () => {
    await deploy(`{ schedule: "${NEVER}" }`);
    const other = createScheduleSync({
      database: api.database,
      temporal: createTemporalSchedules({ client, taskQueue }),
      triggered: async () => deployed,
    });
    deployed = deployed.map((one) => ({
      ...one,
      flow: flowIr(`flow: ${flow}\ntrigger: { schedule: "0 5 * * *" }\n${WAITS}`),
    }));
    await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? sync : other).sync(organisation)));
    const [row] = await api.database.sql`select generation, applied from schedules where id = ${id}`;
    expect(row).toEqual({ generation: 2, applied: 2 });
    expect((await handle().describe()).spec.calendars).toMatchObject([{ hour: [{ start: 5 }] }]);
  });

  test('runs nothing once it is no longer deployed, though Temporal still has the schedule', async () => {
    await deploy(`{ schedule: "${NEVER}" }`);
    await api.database.sql`update schedules set removed = true where id = ${id}`;
    await handle().trigger();
    await eventually(async () => expect(await statusOf((await wrappers())[0] ?? '')).toBe('COMPLETED'));
    expect(asked).toEqual([]);
    expect((await api.call('POST', `/schedules/${id}/trigger`)).status).toBe(404);
  });
});

test('schedules of flows that the caller may not read are not there', async () => {
  await deploy(`{ schedule: "${NEVER}" }`);
  const { principal } = api;
  api.principal = { ...principal, grants: [{ role: 'admin', on: { kind: 'flow', flow: 'another' } }] };
  expect((await api.call('GET', '/schedules')).body.items).toEqual([]);
  for (const [method, path] of [
    ['GET', ''],
    ['POST', '/pause'],
    ['POST', '/resume'],
    ['POST', '/trigger'],
  ] as const)
    expect((await api.call(method, `/schedules/${id}${path}`)).status, path).toBe(404);
  api.principal = { ...principal, grants: [{ role: 'viewer', on: { kind: 'flow', flow } }] };
  expect((await api.call('GET', '/schedules')).body.items).toHaveLength(1);
  expect((await api.call('POST', `/schedules/${id}/pause`)).status).toBe(403);
  api.principal = { ...principal, organisation: 'other' };
  expect((await api.call('GET', `/schedules/${id}`)).status).toBe(404);
  api.principal = principal;
  expect((await api.call('GET', `/schedules/${encodeURIComponent(id)}`)).status).toBe(200);
  expect((await api.call('GET', '/schedules/..%2fevents')).status).toBe(400);
});

test.each([
  ['*/20 * * * *', 'UTC'],
  ['15 9 * * mon-fri', 'America/New_York'],
  ['0 0 1 * mon', 'Asia/Kolkata'],
  ['0 12 * * 5-7', 'Europe/Berlin'],
  ['0 22-2/2 * * fri-mon', 'Europe/Berlin'],
  ['0 0 */2 * mon', 'UTC'],
  ['30 2 28 3 *', 'Europe/Berlin'], // left out in 2027, when clocks go forward on that day
  ['30 2 27-29 3 *', 'Europe/Berlin'],
  ['15 2 14 3 *', 'America/New_York'],
  ['0 4 31 10 *', 'Europe/Berlin'],
  ['0 0 29 2 *', 'UTC'],
  ['@weekly', 'Pacific/Auckland'],
])('the next times of %s in %s are those of Temporal, reckoned here too', async (schedule, timezone) => {
  await deploy(`{ schedule: "${schedule}", timezone: ${timezone} }`);
  const expected = (await handle().describe()).info.nextActionTimes.map((time) => time.toISOString());
  expect(expected.length).toBeGreaterThan(3);
  expect((await api.call('GET', `/schedules/${id}`)).body.next).toEqual(expected);
  const reckoned = nextRuns({ schedule, timezone }, { from: new Date(), count: expected.length });
  expect(reckoned.map((time) => time.toISOString())).toEqual(expected);
});

test('in the hour that comes twice Temporal tells when it runs, also while it is paused', async () => {
  await deploy('{ schedule: "30 1 7 11 *", timezone: America/New_York }');
  const twice = ['2027-11-07T05:30:00.000Z', '2027-11-07T06:30:00.000Z'];
  expect((await api.call('GET', `/schedules/${id}`)).body.next.slice(0, 2)).toEqual(twice);
  await api.call('POST', `/schedules/${id}/pause`);
  expect((await api.call('GET', `/schedules/${id}`)).body.next.length).toBe(10);
});
