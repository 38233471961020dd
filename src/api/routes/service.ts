import { z } from 'zod';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { json, type Route, route } from '../route.ts';

const READY = z.object({
  status: z.enum(['ready', 'not_ready']),
  missing: z.array(z.string()),
  notes: z.array(z.string()),
});

export function serviceRoutes({ flowSchema, missing, version, drain }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/schema/flow.json',
      operation: 'getFlowSchema',
      summary: 'JSON Schema of flow documents, for editors',
      tag: 'service',
      access: { on: 'public', why: 'editors read the schema of the language without an identity' },
      answers: [{ status: 200, description: 'the schema', mediaType: 'application/schema+json' }],
      problems: [],
      handle: ({ context }) =>
        context.body(JSON.stringify(flowSchema), 200, {
          'content-type': 'application/schema+json',
          'cache-control': 'max-age=300',
        }),
    }),
    route({
      method: 'get',
      path: '/healthz',
      operation: 'getHealth',
      summary: 'The process lives',
      tag: 'service',
      access: { on: 'public', why: 'probes have no identity; tells that the process lives and its version' },
      answers: [
        { status: 200, description: 'it does', schema: z.object({ status: z.literal('ok'), version: z.string() }) },
      ],
      problems: [],
      handle: () => json({ status: 'ok', version }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      operation: 'getReadiness',
      summary: 'Work can go on; if not, what is missing',
      tag: 'service',
      access: { on: 'public', why: 'probes have no identity; tells what is missing, in words' },
      answers: [{ status: 200, description: 'ready; `notes` tells faults that stop nothing', schema: READY }],
      problems: ['temporal_unavailable'],
      async handle({ services: { executions, flows } }) {
        const lacking = [
          ...(drain?.signal.aborted ? ['the server is closing'] : []),
          ...((await missing?.()) ?? []),
          ...(await temporalAway(executions.ping)),
        ];
        const notes = await flows.problems();
        return lacking.length === 0
          ? json({ status: 'ready', missing: [], notes })
          : new Response(JSON.stringify({ status: 'not_ready', missing: lacking, notes }), {
              status: 503,
              headers: { 'content-type': 'application/json', 'retry-after': '2' },
            });
      },
    }),
  ];
}

async function temporalAway(ping: () => Promise<void>): Promise<readonly string[]> {
  try {
    await ping();
    return [];
  } catch (error) {
    if (error instanceof Problem) return ['Temporal does not answer'];
    throw error;
  }
}
