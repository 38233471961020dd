import { z } from 'zod';
import type { Principal } from '../../auth/principal.ts';
import { approvalsOf } from '../../executions/approvals.ts';
import { keyOf } from '../../executions/find-step.ts';
import { mayDecide } from '../../executions/may-decide.ts';
import { Problem } from '../../problems/problem.ts';
import { flowResource, unauthenticated } from '../access.ts';
import { json, type Route, route } from '../route.ts';
import type { Services } from '../services.ts';
import { EXECUTION_ID, JSON_VALUE, STEP } from '../schemas.ts';

const BODY = z.strictObject({
  approved: z.boolean(),
  comment: z.string().max(10_000).nullish(),
  form: JSON_VALUE.optional(),
});

export function decisionRoutes(): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/executions/{id}/steps/{step}/decision',
      operation: 'decideApproval',
      summary: 'Decide an open approval',
      tag: 'operations',
      access: { on: 'execution', permission: 'flow:execute' },
      params: z.object({ id: EXECUTION_ID, step: STEP }),
      body: { kind: 'json', schema: BODY },
      answers: [
        {
          status: 200,
          description: 'decided; durable',
          schema: z.object({ execution_id: z.string(), step: z.string(), approved: z.boolean() }),
        },
      ],
      problems: [
        'forbidden',
        'execution_not_found',
        'step_not_found',
        'invalid_form',
        'approval_not_open',
        'ambiguous_step',
        'execution_ended',
        'no_worker',
        'temporal_unavailable',
      ],
      async handle({ services, principal, params, body: { approved, comment, form } }) {
        if (principal === null) throw unauthenticated();
        await checkDecider(services, principal, params);
        return json(
          await services.executions.decide(params.id, params.step, {
            approved,
            comment: comment ?? null,
            ...(form !== undefined && { form }),
            by: principal.name,
            byId: principal.id,
          }),
        );
      },
    }),
  ];
}

/** Where the open approval names who decides it, others may not: the permission on the flow is not enough. */
async function checkDecider(
  services: Services,
  principal: Principal,
  { id, step }: { readonly id: string; readonly step: string },
): Promise<void> {
  if (principal.kind === 'local') return;
  const view = await services.executions.get(id);
  // By path, or by an id, which means its only instance: whatever it may mean must name the principal.
  const meant = approvalsOf(view).filter((open) => open.step === step || keyOf(open.step) === keyOf(step));
  const exact = meant.filter((open) => open.step === step);
  const resource = (await flowResource(services, view.flow)) ?? { flow: view.flow, category: null };
  for (const { to } of exact.length > 0 ? exact : meant)
    if (!mayDecide(principal, to, resource))
      throw new Problem('forbidden', `This approval is for ${to.join(', ')} to decide.`);
}
