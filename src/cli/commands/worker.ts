import type { CommandFunction } from '../command.ts';
import { runService } from '../run-service.ts';

/** Runs a worker until a signal comes. */
export const worker: CommandFunction = (context) => runService(context, 'a worker', context.io.services?.startWorker);
