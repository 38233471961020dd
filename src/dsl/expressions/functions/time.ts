import { offsetMinutes } from '../instant.ts';
import { wrong } from '../expression-error.ts';
import { Duration, type Value } from '../values.ts';
import { argument, type CelFunction, instantArg, textArg } from './function.ts';

const DAY = 86_400_000;

/** Parts of an instant in UTC, or in a fixed offset (`"+02:00"`). CEL's count: months, days of the month and of the year from 0, Sunday is 0. */
export const TIME: Readonly<Record<string, CelFunction>> = {
  getFullYear: part('getFullYear', (date) => date.getUTCFullYear()),
  getMonth: part('getMonth', (date) => date.getUTCMonth()),
  getDate: part('getDate', (date) => date.getUTCDate()),
  getDayOfMonth: part('getDayOfMonth', (date) => date.getUTCDate() - 1),
  getDayOfWeek: part('getDayOfWeek', (date) => date.getUTCDay()),
  getDayOfYear: part('getDayOfYear', (date) =>
    Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY),
  ),
  getHours: part('getHours', (date) => date.getUTCHours(), 3_600_000),
  getMinutes: part('getMinutes', (date) => date.getUTCMinutes(), 60_000),
  getSeconds: part('getSeconds', (date) => date.getUTCSeconds(), 1_000),
  getMilliseconds: part('getMilliseconds', (date) => date.getUTCMilliseconds(), 1),
};

/** `unit`: of a duration it gives the whole length in this unit (ms). */
function part(name: string, read: (date: Date) => number, unit?: number): CelFunction {
  return {
    usage: unit === undefined ? `${name}(timestamp, offset?)` : `${name}(timestamp | duration, offset?)`,
    args: [1, 2],
    call: (args: readonly Value[]) => {
      const value = argument(args, 0);
      if (value instanceof Duration && unit !== undefined) return Math.trunc(value.ms / unit);
      const offset = args.length > 1 ? offsetMinutes(textArg(name, args, 1)) : 0;
      if (offset === null)
        throw wrong(`${name}() takes an offset such as "+02:00" or "UTC"; names of zones are not supported`);
      return read(new Date(instantArg(name, args, 0) + offset * 60_000));
    },
  };
}
