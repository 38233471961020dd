import type { CommandFunction } from '../command.ts';
import { steer } from '../steer.ts';

/** Goes on with a paused execution. */
export const resume: CommandFunction = (context) => steer(context, { path: 'resume', done: 'Resumed' });
