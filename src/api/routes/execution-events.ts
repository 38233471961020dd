import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { EXECUTION_ID } from '../schemas.ts';

/** Proxies close what is silent for longer. */
const KEEP_ALIVE_MS = 15_000;
const RETRY_MS = 1_000;

export function executionEventRoutes({ log }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/executions/{id}/events',
      operation: 'streamEvents',
      summary: 'Server-sent events: everything so far, then live, until the end',
      tag: 'executions',
      stream: true,
      access: { on: 'execution', permission: 'flow:read' },
      params: z.object({ id: EXECUTION_ID }),
      headers: z.object({ 'Last-Event-ID': z.string().optional().describe('goes on right after this event') }),
      answers: [
        {
          status: 200,
          description: 'events; `data` is JSON with `execution_id`, `type`, `time`',
          mediaType: 'text/event-stream',
        },
        { status: 204, description: 'nothing came after Last-Event-ID, and nothing will: do not reconnect' },
      ],
      problems: ['execution_not_found', 'temporal_unavailable'],
      async handle({ services: { executions }, params, header, signal, context }) {
        const after = header('last-event-id') ?? null;
        const abort = new AbortController();
        signal.addEventListener('abort', () => abort.abort(), { once: true });
        const events = await executions.events({ executionId: params.id, after, signal: abort.signal });
        if (events === null) return new Response(null, { status: 204 });
        return streamSSE(context, async (stream) => {
          stream.onAbort(() => abort.abort());
          const keepAlive = setInterval(
            () => void stream.write(': keep-alive\n\n').catch(() => undefined),
            KEEP_ALIVE_MS,
          );
          try {
            await stream.write(`retry: ${RETRY_MS}\n\n`);
            for await (const { id, ...event } of events) {
              const { at, ...rest } = event;
              await stream.writeSSE({
                id,
                event: event.type,
                data: JSON.stringify({ execution_id: params.id, time: new Date(at).toISOString(), ...rest }),
              });
              if (stream.aborted) return;
            }
          } catch (error) {
            // The stream breaks off; the reader comes back with Last-Event-ID and misses nothing.
            if (!(error instanceof Problem)) log?.('error', `event stream of ${params.id} failed`, { error });
          } finally {
            clearInterval(keepAlive);
            abort.abort();
          }
        });
      },
    }),
  ];
}
