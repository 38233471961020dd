import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { nextRuns } from './next-runs.ts';
import { openScheduleRoom, ORGANISATION, type ScheduleRoom, timedFlow } from './testdata/schedule-room.ts';

let room: ScheduleRoom;
let count = 0;
let id = '';
beforeAll(async () => {
  room = await openScheduleRoom({ temporalAddress: inject('temporalAddress'), databaseUrl: inject('databaseUrl') });
});
afterAll(() => room.close());

async function deploy(trigger: string): Promise<void> {
  const flow = `next-${++count}`;
  id = `weir-schedule:default:prod:${flow}:0`;
  room.deploy(timedFlow(flow, trigger));
  await room.sync.sync(ORGANISATION);
}

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
  const expected = (await room.client.schedule.getHandle(id).describe()).info.nextActionTimes.map((time) =>
    time.toISOString(),
  );
  expect(expected.length).toBeGreaterThan(3);
  expect((await room.api.call('GET', `/schedules/${id}`)).body.next).toEqual(expected);
  const reckoned = nextRuns({ schedule, timezone }, { from: new Date(), count: expected.length });
  expect(reckoned.map((time) => time.toISOString())).toEqual(expected);
});

test('in the hour that comes twice Temporal tells when it runs, also while it is paused', async () => {
  await deploy('{ schedule: "30 1 7 11 *", timezone: America/New_York }');
  const twice = ['2027-11-07T05:30:00.000Z', '2027-11-07T06:30:00.000Z'];
  expect((await room.api.call('GET', `/schedules/${id}`)).body.next.slice(0, 2)).toEqual(twice);
  await room.api.call('POST', `/schedules/${id}/pause`);
  expect((await room.api.call('GET', `/schedules/${id}`)).body.next.length).toBe(10);
});
