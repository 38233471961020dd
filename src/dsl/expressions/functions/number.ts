import { wrong } from '../expression-error.ts';
import { type CelFunction, numberArg, wholeArg } from './function.ts';

/** Functions over numbers. */
export const NUMBER: Readonly<Record<string, CelFunction>> = {
  abs: { usage: 'abs(number)', args: [1, 1], call: (args) => Math.abs(numberArg('abs', args, 0)) },
  ceil: {
    usage: 'ceil(number): up to a whole number',
    args: [1, 1],
    call: (args) => Math.ceil(numberArg('ceil', args, 0)),
  },
  floor: {
    usage: 'floor(number): down to a whole number',
    args: [1, 1],
    call: (args) => Math.floor(numberArg('floor', args, 0)),
  },
  round: {
    usage: 'round(number, digits?): halves away from zero',
    args: [1, 2],
    call: (args) => {
      const digits = wholeArg('round', args, 1, 0);
      if (digits < 0 || digits > 15) throw wrong('round() takes 0 to 15 digits');
      const value = numberArg('round', args, 0);
      // Shifting the decimal point as text keeps 1.005 from becoming 1.00499…
      const shifted = Math.round(Number(`${Math.abs(value)}e${digits}`));
      return Number.isFinite(shifted) ? Math.sign(value) * Number(`${shifted}e-${digits}`) : value;
    },
  },
};
