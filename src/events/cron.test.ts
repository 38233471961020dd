import { describe, expect, test } from 'vitest';
import { cronLines } from './cron.ts';
import { nextRuns } from './next-runs.ts';

describe('cron lines', () => {
  test.each([
    ['0 9 * * 1-5', ['0 9 * * 1,2,3,4,5']],
    ['*/15 0-23 * jan,DEC mon-fri', ['0,15,30,45 * * 1,12 1,2,3,4,5']],
    ['5/20 * * * *', ['5,25,45 * * * *']],
    ['0 0 ? * 7', ['0 0 * * 0']],
    ['0 0 * * 5-7', ['0 0 * * 0,5,6']],
    ['0 0 * * 0-7', ['0 0 * * *']],
    ['0 0 * * fri-mon', ['0 0 * * 0,1,5,6']],
    ['0 22-2 * * *', ['0 0,1,2,22,23 * * *']],
    ['0 0 1 * mon', ['0 0 1 * *', '0 0 * * 1']],
    ['0 0 */2 * mon', ['0 0 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31 * 1']],
    ['@hourly', ['0 * * * *']],
    ['@yearly', ['0 0 1 1 *']],
    ['  0   0 1,15 * * ', ['0 0 1,15 * *']],
  ])('%s', (schedule, lines) => {
    expect(cronLines(schedule)).toEqual(lines);
  });
});

describe('the next runs', () => {
  const runs = (schedule: string, from: string, count: number, timezone?: string) =>
    nextRuns({ schedule, ...(timezone !== undefined && { timezone }) }, { from: new Date(from), count }).map((time) =>
      time.toISOString(),
    );

  test('are in the time zone, over the change to winter time and back', () => {
    expect(runs('0 9 * * *', '2026-10-23T12:00:00Z', 3, 'Europe/Berlin')).toEqual([
      '2026-10-24T07:00:00.000Z',
      '2026-10-25T08:00:00.000Z',
      '2026-10-26T08:00:00.000Z',
    ]);
    expect(runs('0 9 * * *', '2027-03-27T12:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2027-03-28T07:00:00.000Z',
      '2027-03-29T07:00:00.000Z',
    ]);
  });

  test('are those of the first of the month and of Mondays where both are asked for, each once', () => {
    expect(runs('0 0 1 * mon', '2027-01-30T00:00:00Z', 4)).toEqual([
      '2027-02-01T00:00:00.000Z', // a Monday
      '2027-02-08T00:00:00.000Z',
      '2027-02-15T00:00:00.000Z',
      '2027-02-22T00:00:00.000Z',
    ]);
    expect(runs('0 0 1 * mon', '2027-02-23T00:00:00Z', 2)).toEqual([
      '2027-03-01T00:00:00.000Z',
      '2027-03-08T00:00:00.000Z',
    ]);
  });

  test('of a day that never comes are none', () => {
    expect(runs('0 0 31 2 *', '2026-01-01T00:00:00Z', 3)).toEqual([]);
  });
});
