import type { CommandFunction } from '../command.ts';
import { runService } from '../run-service.ts';

/** Serves the API until a signal comes. */
export const api: CommandFunction = (context) => runService(context, 'the API', context.io.services?.startApi);
