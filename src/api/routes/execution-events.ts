import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { EXECUTION_ID } from '../schemas.ts';
import { stillAllowed } from '../still-allowed.ts';

/** Proxies close what is silent for longer. */
const KEEP_ALIVE_MS = 15_000;
const RETRY_MS = 1_000;
/** How often a stream asks whether its reader may still read. */
const RECHECK_MS = 30_000;
const ACCESS = { on: 'execution', permission: 'flow:read' } as const;

export function executionEventRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/executions/{id}/events',
      operation: 'streamEvents',
      summary: 'Server-sent events: everything so far, then live, until the end',
      tag: 'executions',
      stream: true,
      access: ACCESS,
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
      async handle(request) {
        const { params, header, signal, context } = request;
        const { executions } = request.services;
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
          const recheck = setInterval(() => {
            stillAllowed(deps, ACCESS, request).then(
              (allowed) => allowed || abort.abort(),
              (error: unknown) => deps.log?.('error', `event stream of ${params.id} could not be checked`, { error }),
            );
          }, RECHECK_MS);
          try {
            await stream.write(`retry: ${RETRY_MS}\n\n`);
            for await (const { id, ...event } of events) {
              const { at, ...rest } = event;
              await stream.writeSSE({
                id,
                event: event.type,
                data: JSON.stringify({ execution_id: params.id, time: new Date(at).toISOString(), ...rest }),
              });
              if (stream.aborted || abort.signal.aborted) return;
            }
          } catch (error) {
            // The stream breaks off; the reader comes back with Last-Event-ID and misses nothing.
            if (!(error instanceof Problem)) deps.log?.('error', `event stream of ${params.id} failed`, { error });
          } finally {
            clearInterval(keepAlive);
            clearInterval(recheck);
            abort.abort();
          }
        });
      },
    }),
  ];
}
