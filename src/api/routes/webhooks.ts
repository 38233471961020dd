import { z } from 'zod';
import { systemPrincipal } from '../../auth/principal.ts';
import { unauthenticated } from '../access.ts';
import type { ApiDeps } from '../deps.ts';
import { readBytes } from '../read-body.ts';
import { json, type Method, type Route, type RouteRequest, route } from '../route.ts';
import { controlOf } from '../services.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const NAME = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'is no name of a webhook');
const ORGANISATION = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'is not an organisation');
const RECEIPT = z.object({
  delivery: z.string().describe('the same delivery id counts once'),
  executions: z.array(z.string()).describe('started by it'),
  pending: z.literal(true).optional().describe('stored, and delivered as soon as that is possible'),
});
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const satisfies readonly Method[];

/** `/webhooks/{name}` of the default organisation, and `/webhooks/{organisation}/{name}`. */
export function webhookRoutes({ authenticate }: ApiDeps): readonly Route[] {
  async function receive(
    name: string,
    organisation: string,
    {
      context,
      servicesFor,
      requestId,
      now,
    }: Pick<RouteRequest<unknown, unknown, unknown>, 'context' | 'servicesFor' | 'requestId' | 'now'>,
  ): Promise<Response> {
    const services = servicesFor({ principal: systemPrincipal('webhooks', organisation), requestId, now });
    const request = context.req.raw;
    const { delivery, executions, pending, result } = await controlOf(services).webhooks.receive({
      name,
      method: request.method,
      headers: request.headers,
      query: context.req.query(),
      body: await readBytes(request, MAX_BYTES),
      // A link on a page elsewhere is followed with the reader's session; only a token shows that a GET is meant.
      caller: async () =>
        (request.method === 'GET' && !request.headers.has('authorization') ? null : await authenticate(request)) ??
        refuse(),
    });
    if (result !== undefined) return json(result.output);
    return json({ delivery, executions, ...(pending && { pending }) }, 202);
  }
  const common = {
    tag: 'events',
    access: { on: 'public', why: 'the signature is the credential, as the trigger asks for it' },
    answers: [
      { status: 202, description: 'stored; the same delivery id is answered with the first outcome', schema: RECEIPT },
      {
        status: 200,
        description: "the flow's output, where the trigger says `respond: result` and it came within 30 s",
      },
    ],
    problems: [
      'webhook_signature',
      'webhook_unavailable',
      'unauthenticated',
      'forbidden',
      'not_found',
      'method_not_allowed',
      'payload_too_large',
      'invalid_json',
      'no_store',
      'store_unavailable',
    ],
  } as const;
  return METHODS.flatMap((method) => {
    const capital = method.slice(0, 1).toUpperCase() + method.slice(1);
    return [
      route({
        ...common,
        method,
        path: '/webhooks/{name}',
        operation: `receiveWebhook${capital}`,
        summary: 'A call of a webhook of the default organisation',
        params: z.object({ name: NAME }),
        handle: ({ params, ...request }) => receive(params.name, 'default', request),
      }),
      route({
        ...common,
        method,
        path: '/webhooks/{organisation}/{name}',
        operation: `receiveOrganisationWebhook${capital}`,
        summary: 'A call of a webhook of an organisation',
        params: z.object({ organisation: ORGANISATION, name: NAME }),
        handle: ({ params, ...request }) => receive(params.name, params.organisation, request),
      }),
    ];
  });
}

function refuse(): never {
  throw unauthenticated('This webhook has no signature: send a token that may execute the flow.');
}
