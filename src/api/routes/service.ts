import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { FlowStore } from '../../flows/flow-store.ts';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { json, type Route, route } from '../route.ts';

const READY = z.object({
  status: z.enum(['ready', 'not_ready']),
  missing: z.array(z.string()),
  notes: z.array(z.string()),
});

export function serviceRoutes({ flowSchema, missing, version, drain, now }: ApiDeps): readonly Route[] {
  let asked: {
    readonly at: number;
    readonly lacking: Promise<readonly string[]>;
    readonly notes: Promise<readonly string[]>;
  } | null = null;
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
      answers: [
        { status: 200, description: 'ready; `notes` tells faults that stop nothing', schema: READY },
        { status: 503, description: 'not ready: `missing` says why', schema: READY },
      ],
      problems: [],
      async handle({ services: { executions, flows } }) {
        if (drain?.signal.aborted) return notReady(['the server is closing']);
        // Probes come often, and from anybody: those of one second share an answer.
        if (asked === null || now() - asked.at > SHARED_MS || now() < asked.at)
          asked = { at: now(), lacking: lackingParts(missing, executions.ping), notes: notesOf(flows) };
        const [lacking, notes] = await Promise.all([asked.lacking, asked.notes]);
        return lacking.length === 0 ? json({ status: 'ready', missing: [], notes }) : notReady(lacking, notes);
      },
    }),
  ];
}

const SHARED_MS = 1_000;
/** Time for all that is asked, ms: a probe gives up sooner than most time-outs do. */
const PATIENCE_MS = 3_000;

const notReady = (lacking: readonly string[], notes: readonly string[] = []): Response =>
  new Response(JSON.stringify({ status: 'not_ready', missing: lacking, notes }), {
    status: 503,
    headers: { 'content-type': 'application/json', 'retry-after': '2' },
  });

async function lackingParts(missing: ApiDeps['missing'], ping: () => Promise<void>): Promise<readonly string[]> {
  const late = (what: string) => within(PATIENCE_MS, [`${what} does not answer in time`]);
  const parts = await Promise.all([
    Promise.race([missing?.() ?? [], late('the database or a worker')]),
    Promise.race([temporalAway(ping), late('Temporal')]),
  ]);
  return parts.flat();
}

/** Faults of flows and adapters; what can not be read now is told by `missing`. */
async function notesOf(flows: Pick<FlowStore, 'problems'>): Promise<readonly string[]> {
  return Promise.race([flows.problems().catch(() => []), within<readonly string[]>(PATIENCE_MS, [])]);
}

async function within<T>(ms: number, value: T): Promise<T> {
  return sleep(ms, value, { ref: false });
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
