import type { TraceEvent } from '../workflows/interpreter/trace.ts';
import { CliError } from './cli-error.ts';
import { type Client, ConnectionLost } from './client.ts';
import type { StreamEvent } from './event-stream.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { hasEnded } from './execution-outcome.ts';

/** An event of `GET /executions/{id}/events`: `time` is RFC 3339, `id` its place in the stream. */
export type ExecutionEvent = OnTheWire<TraceEvent>;
type OnTheWire<E> = E extends TraceEvent ? Omit<E, 'at'> & { readonly time: string; readonly id?: string } : never;

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5_000;
const GIVE_UP_AFTER = 12;

/**
 * Everything an execution did and does, until the server ends the stream of an execution that is over (an event that tells
 * an end may be followed by more: an ended execution can be rolled back). A connection that breaks off is taken up after the last event
 * seen, with growing delays. Throws a CliError (unreachable) when the server stays away; ends quietly when `signal` aborts.
 */
export async function* followEvents(
  client: Client,
  executionId: string,
  options: { signal: AbortSignal; onReconnect?: () => void },
): AsyncGenerator<ExecutionEvent> {
  const { signal } = options;
  const path = `/executions/${encodeURIComponent(executionId)}`;
  let lastEventId: string | null = null;
  let failures = 0;
  let delay = FIRST_DELAY_MS;
  while (!signal.aborted) {
    try {
      for await (const raw of client.events(`${path}/events`, { lastEventId, signal, onRetry: (ms) => (delay = ms) })) {
        failures = 0;
        lastEventId = raw.id ?? lastEventId;
        const event = parseEvent(raw);
        if (event !== null) yield event;
      }
      if (await isOver(client, path)) return;
    } catch (error) {
      if (signal.aborted) return;
      const lost =
        error instanceof ConnectionLost ||
        (error instanceof CliError && error.exit === EXIT_CODES.unreachable && lastEventId !== null);
      if (!lost || ++failures >= GIVE_UP_AFTER) throw asCliError(client, error);
    }
    options.onReconnect?.();
    await pause(Math.min(delay * 2 ** failures, MAX_DELAY_MS), signal);
  }
}

/** Null for events of other kinds, such as keep-alives. */
export function parseEvent(raw: StreamEvent): ExecutionEvent | null {
  try {
    const event = JSON.parse(raw.data) as ExecutionEvent; // checked for what tells the kinds apart
    if (typeof event !== 'object' || event === null || !/^(execution|step)\./.test(event.type)) return null;
    return raw.id === null ? event : { ...event, id: raw.id };
  } catch {
    return null;
  }
}

async function isOver(client: Client, path: string): Promise<boolean> {
  const { body } = await client.get(path);
  return hasEnded(body);
}

function asCliError(client: Client, error: unknown): unknown {
  if (!(error instanceof ConnectionLost)) return error;
  return new CliError(`The connection to ${client.url} broke off and did not come back.`, {
    exit: EXIT_CODES.unreachable,
    hint: 'The execution goes on without it. Ask again later with: weir logs ID --follow',
    cause: error,
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
