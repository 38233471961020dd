import { z } from 'zod';
import { readCloudEvents } from '../../events/cloud-events.ts';
import type { ApiDeps } from '../deps.ts';
import { parseJson } from '../read-body.ts';
import { json, type Route, route } from '../route.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const DELIVERY = z.object({
  id: z.string(),
  delivered: z.array(z.string()).describe('executions that took or keep it'),
  started: z.array(z.string()).describe('executions that it started'),
  rejected: z
    .array(z.object({ flow: z.string(), code: z.string(), detail: z.string() }))
    .describe('starts that it could not make'),
});

export function eventRoutes({ now }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/events',
      operation: 'sendEvents',
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
            'delivered to every execution that waits for it, and to every trigger; the same source and id count once',
          schema: z.object({ items: z.array(DELIVERY) }),
        },
      ],
      problems: ['invalid_request', 'no_worker', 'temporal_unavailable'],
      async handle({ services: { events }, body, context }) {
        const found = readCloudEvents({ headers: context.req.raw.headers, body: parseJson(body), now: now() });
        const items = [];
        for (const event of found) items.push(await events.deliver(event));
        return json({ items }, 202);
      },
    }),
  ];
}
