import type { CommandFunction } from '../command.ts';
import { steer } from '../steer.ts';

/** No new step starts until the execution is resumed. */
export const pause: CommandFunction = (context) => steer(context, { path: 'pause', done: 'Paused' });
