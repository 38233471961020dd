import { ScheduleNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { UPDATES } from '../workflows/contract.ts';
import { openScheduleRoom, ORGANISATION, type ScheduleRoom, timedFlow, WAITS } from './testdata/schedule-room.ts';

let room: ScheduleRoom;
let flow = '';
let id = '';
let count = 0;
beforeAll(async () => {
  room = await openScheduleRoom({ temporalAddress: inject('temporalAddress'), databaseUrl: inject('databaseUrl') });
});
afterAll(() => room.close());
beforeEach(() => {
  count++;
  flow = `timed-${count}`;
  id = `weir-schedule:default:prod:${flow}:0`;
  room.asked.length = 0;
});

/** Deploys a version of this test's flow; `trigger` in YAML's flow form. */
async function deploy(trigger: string, rest = WAITS, version = '1.0.0'): Promise<void> {
  room.deploy(timedFlow(flow, trigger, { rest, version }));
  await room.sync.sync(ORGANISATION);
}
const NEVER = '0 0 1 1 *';
const call = (method: string, path: string) => room.api.call(method, path);
const trigger = async () => {
  const answer = await call('POST', `/schedules/${id}/trigger`);
  expect([answer.status, answer.text]).toEqual([202, expect.anything()]);
};
const handle = () => room.client.schedule.getHandle(id);
const wrappers = async () => {
  const { info } = await handle().describe();
  return info.recentActions.map(({ action }) => action.workflow.workflowId);
};
const statusOf = async (workflowId: string) =>
  (await room.client.workflow.getHandle(workflowId).describe()).status.name;
const eventually = <T>(look: () => Promise<T>) => vi.waitFor(look, { timeout: 20_000, interval: 100 });
/** The execution of the nth run, once it waits. */
async function waiting(n = 0): Promise<string> {
  return eventually(async () => {
    const execution = room.asked[n] ?? '';
    expect((await room.runs.describe(execution))?.shown).toBe('waiting');
    return execution;
  });
}
const go = (executionId: string, data: object = {}) => {
  const argument = { id: 'go', type: 'go', data: { ...data } };
  return room.runs.update({ executionId, name: UPDATES.event, id: 'go', argument });
};

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
    expect(await room.runs.describe(execution)).toMatchObject({
      flow,
      version: '1.0.0',
      environment: 'prod',
      organisation: ORGANISATION,
      status: 'running',
    });
    const input = await room.runs.input(execution);
    expect(input.config).toEqual({ place: 'prod' });
    expect(input.trigger).toMatchObject({ type: 'schedule', source: `/schedules/${id}`, data: {} });
    expect(input.input).toEqual({ at: input.trigger.time, by: 'schedule' });
    // When it was due, not when it ran: the wrapper's id ends with that.
    expect(wrapper).toBe(`${id}-${input.trigger.time.replace(/\.\d+/, '')}`);
    await go(execution, { n: 1 });
    await eventually(async () => expect(await statusOf(wrapper)).toBe('COMPLETED'));
    expect((await room.runs.describe(execution))?.status).toBe('completed');
  });

  test('that fails, fails; one that is cancelled cancels the flow, which cleans up', async () => {
    await deploy(`{ schedule: "${NEVER}" }`, 'steps:\n  - fail: { code: no, message: x }\n');
    await trigger();
    await eventually(async () => expect(await statusOf((await wrappers())[0] ?? '')).toBe('FAILED'));
    await deploy(`{ schedule: "${NEVER}" }`, `${WAITS}finally:\n  - set: { done: true }\n`, '1.0.1');
    await trigger();
    const execution = await waiting(1);
    await room.client.workflow.getHandle((await wrappers()).at(-1) ?? '').cancel();
    await eventually(async () => expect((await room.runs.describe(execution))?.status).toBe('cancelled'));
    await eventually(async () => expect(await statusOf((await wrappers()).at(-1) ?? '')).toMatch(/CANCELLED/));
  });

  test('whose input the flow refuses makes no execution and is listed', async () => {
    await deploy(`{ schedule: "${NEVER}", input: { n: many } }`, `inputs: { n: { type: integer } }\n${WAITS}`);
    await trigger();
    const items = await eventually(async () => {
      const { body } = await call('GET', `/events?rejected=true&source=${encodeURIComponent(`/schedules/${id}`)}`);
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
    expect(await room.runs.describe(room.asked[0] ?? '')).toBeNull();
    expect((await call('POST', `/events/${items[0].entry}/redeliver`)).status).toBe(400);
  });

  test('overlap counts the flow: skipped while it runs, or it is cancelled for the new one', async () => {
    await deploy(`{ schedule: "${NEVER}", overlap: skip }`);
    await trigger();
    const first = await waiting();
    await trigger();
    await eventually(async () => expect((await handle().describe()).info.numActionsSkippedOverlap).toBe(1));
    expect(room.asked).toHaveLength(1);
    await deploy(`{ schedule: "${NEVER}", overlap: cancel_other }`, WAITS, '1.0.1');
    await trigger();
    await eventually(async () => expect((await room.runs.describe(first))?.status).toBe('cancelled'));
    const second = await waiting(1);
    expect(second).not.toBe(first);
    expect((await room.runs.describe(second))?.version).toBe('1.0.1');
    await room.runs.cancel(second);
  });
});

describe('what is deployed', () => {
  test('is what Temporal has: made, changed in place, deleted', async () => {
    await deploy('[manual, { schedule: "30 6 * * 1-5", timezone: Europe/Berlin, overlap: buffer_one, catchup: 10m }]');
    id = `weir-schedule:default:prod:${flow}:1`;
    const before = await handle().describe();
    expect(before.spec.timezone).toBe('Europe/Berlin');
    expect(before.policies).toMatchObject({ overlap: 'BUFFER_ONE', catchupWindow: 600_000 });
    expect((await call('GET', `/schedules?flow=${flow}`)).body.items).toMatchObject([
      { id, flow, environment: 'prod', schedule: '30 6 * * 1-5', overlap: 'buffer_one', paused: false, applied: true },
    ]);
    await deploy('[manual, { schedule: "0 7 * * *" }]', WAITS, '1.0.1');
    const after = await handle().describe();
    expect(after.spec.timezone).toBe('UTC');
    expect(after.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 3_600_000 });
    expect(after.info.createdAt).toEqual(before.info.createdAt);
    room.deploy();
    await room.sync.sync(ORGANISATION);
    await expect(handle().describe()).rejects.toThrow(ScheduleNotFoundError);
    expect((await call('GET', `/schedules?flow=${flow}`)).body.items).toEqual([]);
    expect(await room.api.database.sql`select 1 from schedules where flow = ${flow}`).toEqual([]);
  });

  test('a pause is kept over a deployment, whoever paused', async () => {
    await deploy(`{ schedule: "${NEVER}" }`);
    expect((await call('POST', `/schedules/${id}/pause`)).body).toMatchObject({ paused: true, applied: true });
    await deploy('{ schedule: "0 7 * * *" }', WAITS, '1.0.1');
    expect((await handle().describe()).state.paused).toBe(true);
    expect((await call('POST', `/schedules/${id}/resume`)).body).toMatchObject({ paused: false, applied: true });
    await handle().pause('by hand');
    await deploy('{ schedule: "0 8 * * *" }', WAITS, '1.0.2');
    expect((await handle().describe()).state).toMatchObject({ paused: true, note: 'by hand' });
    expect((await call('GET', `/schedules/${id}`)).body.paused).toBe(true);
    await handle().unpause();
    await room.sync.heal();
    expect((await call('GET', `/schedules/${id}`)).body.paused).toBe(false);
    const records = await room.api.database.sql`
      select action from audit_records where subject = ${id} order by seq`;
    expect(records.map(({ action }) => action)).toEqual(['schedule.pause', 'schedule.resume']);
  });

  test('comes back when it was deleted in Temporal by hand, paused if it was', async () => {
    await deploy(`{ schedule: "${NEVER}" }`);
    await call('POST', `/schedules/${id}/pause`);
    await handle().delete();
    await room.sync.heal();
    expect((await handle().describe()).state.paused).toBe(true);
  });

  test('by ten syncs at once is brought once', async () => {
    await deploy(`{ schedule: "${NEVER}" }`);
    room.deploy(timedFlow(flow, '{ schedule: "0 5 * * *" }'));
    const both = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? room.sync : room.otherSync).sync(ORGANISATION));
    await Promise.all(both);
    const [row] = await room.api.database.sql`select generation, applied from schedules where id = ${id}`;
    expect(row).toEqual({ generation: 2, applied: 2 });
    expect((await handle().describe()).spec.calendars).toMatchObject([{ hour: [{ start: 5 }] }]);
  });

  test('runs nothing once it is no longer deployed, though Temporal still has the schedule', async () => {
    await deploy(`{ schedule: "${NEVER}" }`);
    await room.api.database.sql`update schedules set removed = true where id = ${id}`;
    await handle().trigger();
    await eventually(async () => expect(await statusOf((await wrappers())[0] ?? '')).toBe('COMPLETED'));
    expect(room.asked).toEqual([]);
    expect((await call('POST', `/schedules/${id}/trigger`)).status).toBe(404);
  });
});

test('schedules of flows that the caller may not read are not there', async () => {
  await deploy(`{ schedule: "${NEVER}" }`);
  const { api } = room;
  const { principal } = api;
  room.api.principal = { ...principal, grants: [{ role: 'admin', on: { kind: 'flow', flow: 'another' } }] };
  expect((await call('GET', '/schedules')).body.items).toEqual([]);
  for (const [method, path] of [
    ['GET', ''],
    ['POST', '/pause'],
    ['POST', '/resume'],
    ['POST', '/trigger'],
  ] as const)
    expect((await call(method, `/schedules/${id}${path}`)).status, path).toBe(404);
  room.api.principal = { ...principal, grants: [{ role: 'viewer', on: { kind: 'flow', flow } }] };
  expect((await call('GET', '/schedules')).body.items).toHaveLength(1);
  expect((await call('POST', `/schedules/${id}/pause`)).status).toBe(403);
  room.api.principal = { ...principal, organisation: 'other' };
  expect((await call('GET', `/schedules/${id}`)).status).toBe(404);
  room.api.principal = principal;
  expect((await call('GET', `/schedules/${encodeURIComponent(id)}`)).status).toBe(200);
  expect((await call('GET', '/schedules/..%2fevents')).status).toBe(400);
});
