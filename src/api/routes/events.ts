import { z } from 'zod';
import { readCloudEvents } from '../../events/cloud-events.ts';
import type { AcceptedEvent, LoggedEvent } from '../../events/event-log.ts';
import type { ApiDeps } from '../deps.ts';
import { parseJson } from '../read-body.ts';
import { json, type Route, route } from '../route.ts';
import { JSON_VALUE } from '../schemas.ts';
import { controlOf } from '../services.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const OUTCOME = z.object({
  delivered: z.array(z.string()).describe('executions that took or keep it'),
  started: z.array(z.string()).describe('executions that it started'),
  rejected: z
    .array(z.object({ flow: z.string(), code: z.string(), detail: z.string() }))
    .describe('starts that it could not make'),
});
const DELIVERY = OUTCOME.extend({
  id: z.string(),
  entry: z.string().optional().describe('id of its entry in the log, for `GET /events/{id}`'),
  duplicate: z.literal(true).optional().describe('it came before; this is what became of it'),
  pending: z.literal(true).optional().describe('it is stored, and delivered as soon as that is possible'),
});
const ENTRY = OUTCOME.extend({
  entry: z.uuid(),
  kind: z.enum(['event', 'webhook', 'flow_ended', 'schedule']),
  id: z.string().describe("the event's own id"),
  source: z.string(),
  type: z.string(),
  time: z.string(),
  headers: z.record(z.string(), JSON_VALUE),
  data: JSON_VALUE,
  received_at: z.iso.datetime(),
  processed_at: z.iso.datetime().nullable().describe('null: something is still to be delivered'),
  attempts: z.int(),
});
const NAME = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^\P{Cc}*$/u, 'has control characters');
const ENTRY_ID = z.object({ id: z.uuid().describe('id of the entry in the log') });

/** `/events`: what starts flows and wakes executions, and what became of it. */
export function eventRoutes({ now }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/events',
      operation: 'sendEvents',
      idempotency: 'own',
      summary: 'CloudEvents 1.0: structured, binary or batch',
      tag: 'events',
      access: { on: 'organisation', permission: 'event:write' },
      body: {
        kind: 'raw',
        maxBytes: MAX_BYTES,
        mediaTypes: ['application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json'],
        description: "one event, a list of events, or with `ce-*` headers an event's data",
      },
      answers: [
        {
          status: 202,
          description:
            'stored, and delivered to every execution that waits for it, and to every trigger; the same source and id count once',
          schema: z.object({ items: z.array(DELIVERY) }),
        },
      ],
      problems: ['invalid_request', 'invalid_json', 'no_worker', 'temporal_unavailable', 'store_unavailable'],
      async handle({ services: { events, control }, body, context }) {
        const found = readCloudEvents({ headers: context.req.raw.headers, body: parseJson(body), now: now() });
        if (control !== undefined) return json({ items: (await control.events.accept(found)).map(deliveryOf) }, 202);
        const items = [];
        for (const event of found) items.push(await events.deliver(event));
        return json({ items }, 202);
      },
    }),
    route({
      method: 'get',
      path: '/events',
      operation: 'listEvents',
      summary: 'Events received, with what became of them; newest first',
      tag: 'events',
      access: { on: 'organisation', permission: 'flow:read' },
      query: z.strictObject({
        type: NAME.optional(),
        source: NAME.optional(),
        rejected: z.enum(['true', 'false']).optional().describe('true: only those that were refused'),
        limit: z.coerce.number().int().min(1).max(200).default(50),
        cursor: z.string().max(200).optional(),
      }),
      answers: [
        {
          status: 200,
          description: 'a page',
          schema: z.object({ items: z.array(ENTRY), next: z.string().nullable() }),
        },
      ],
      problems: ['invalid_request', 'no_store', 'store_unavailable'],
      async handle({ services, query: { type, source, rejected, limit, cursor } }) {
        const page = await controlOf(services).events.list(
          {
            ...(type !== undefined && { type }),
            ...(source !== undefined && { source }),
            ...(rejected === 'true' && { rejected: true }),
          },
          { limit, cursor: cursor ?? null },
        );
        return json({ items: page.items.map(entryOf), next: page.next });
      },
    }),
    route({
      method: 'get',
      path: '/events/{id}',
      operation: 'getEvent',
      summary: 'One event, with what became of it',
      tag: 'events',
      access: { on: 'organisation', permission: 'flow:read' },
      params: ENTRY_ID,
      answers: [{ status: 200, description: 'the event', schema: ENTRY }],
      problems: ['not_found', 'no_store', 'store_unavailable'],
      handle: async ({ services, params: { id } }) => json(entryOf(await controlOf(services).events.get(id))),
    }),
    route({
      method: 'post',
      path: '/events/{id}/redeliver',
      operation: 'redeliverEvent',
      summary: 'Delivers an event once more: what it has started is not started again',
      tag: 'events',
      access: { on: 'organisation', permission: 'event:write' },
      params: ENTRY_ID,
      answers: [{ status: 200, description: 'what has become of it now', schema: ENTRY }],
      problems: ['invalid_request', 'not_found', 'no_store', 'store_unavailable'],
      handle: async ({ services, params: { id } }) => json(entryOf(await controlOf(services).events.redeliver(id))),
    }),
  ];
}

function deliveryOf({ id, outcome, duplicate, processedAt }: AcceptedEvent): z.output<typeof DELIVERY> {
  return {
    ...outcomeOf(outcome),
    id: outcome.id,
    entry: id,
    ...(duplicate && { duplicate: true as const }),
    ...(processedAt === null && { pending: true as const }),
  };
}

function entryOf({ id, kind, event, receivedAt, processedAt, attempts, outcome }: LoggedEvent) {
  return {
    entry: id,
    kind,
    ...event,
    received_at: receivedAt.toISOString(),
    processed_at: processedAt?.toISOString() ?? null,
    attempts,
    ...outcomeOf(outcome),
  };
}

const outcomeOf = ({ delivered, started, rejected }: LoggedEvent['outcome']) => ({
  delivered: [...delivered],
  started: [...started],
  rejected: [...rejected],
});
