import type { CommandFunction } from '../command.ts';
import { steer } from '../steer.ts';

/** Ends an execution at once. */
export const terminate: CommandFunction = (context) => steer(context, { path: 'terminate', done: 'Terminated' });
