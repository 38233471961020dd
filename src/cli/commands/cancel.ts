import type { CommandFunction } from '../command.ts';
import { steer } from '../steer.ts';

/** Asks an execution to cancel; it ends when compensate and finally have run. */
export const cancel: CommandFunction = (context) => steer(context, { path: 'cancel', done: 'Cancel asked for:' });
