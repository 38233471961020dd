import { z } from 'zod';
import { withoutUnseen } from '../../flows/unseen-flows.ts';
import { visibleFlows } from '../../flows/visible-flows.ts';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { json, type Route, route } from '../route.ts';
import { DIAGNOSTIC } from '../schemas.ts';

const ANSWER = z.object({
  valid: z.boolean(),
  flow: z.string().nullable(),
  hash: z.string().nullable(),
  diagnostics: z.array(DIAGNOSTIC),
});

export function validateRoutes({ compile }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/flows/validate',
      operation: 'validateFlow',
      idempotency: 'none',
      summary: 'Check a flow; nothing is stored',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:read' },
      body: { kind: 'flow' },
      answers: [
        { status: 200, description: 'every diagnostic; the flow is valid when none is an error', schema: ANSWER },
      ],
      problems: ['payload_too_large', 'unsupported_media_type'],
      async handle({ services: { flows }, body, scope }) {
        const environment = withoutUnseen(await flows.environment(), await visibleFlows(flows, scope));
        const { ir, diagnostics, tooLarge } = compile(body, environment);
        if (tooLarge) throw new Problem('payload_too_large', 'A flow has at most 256 KiB.', { errors: diagnostics });
        return json({ valid: ir !== undefined, flow: ir?.name ?? null, hash: ir?.hash ?? null, diagnostics });
      },
    }),
  ];
}
