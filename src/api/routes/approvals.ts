import { z } from 'zod';
import { openApprovals } from '../../executions/approvals.ts';
import { visibleFlows } from '../../flows/visible-flows.ts';
import { unauthenticated } from '../access.ts';
import { json, type Route, route } from '../route.ts';
import { JSON_VALUE } from '../schemas.ts';

const APPROVAL = z.object({
  execution_id: z.string(),
  flow: z.string(),
  step: z.string(),
  to: z.array(z.string()).describe('empty: everyone who may execute the flow'),
  title: z.string().nullable(),
  form: JSON_VALUE.nullable().describe('JSON Schema of the form'),
  since: z.iso.datetime(),
  until: z.iso.datetime().nullable(),
});

export function approvalRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/approvals',
      operation: 'listApprovals',
      summary: 'Open approvals that you may decide, oldest first',
      tag: 'operations',
      access: { on: 'some', permission: 'flow:execute' },
      answers: [
        {
          status: 200,
          description: 'all of them, on one page',
          schema: z.object({ items: z.array(APPROVAL), next: z.null() }),
        },
      ],
      problems: ['temporal_unavailable', 'store_unavailable'],
      async handle({ services, principal, scope }) {
        if (principal === null) throw unauthenticated();
        const reach = await visibleFlows(services.flows, scope);
        return json({ items: await openApprovals(services, principal, reach), next: null });
      },
    }),
  ];
}
