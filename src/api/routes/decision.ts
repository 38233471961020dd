import { z } from 'zod';
import type { Principal } from '../../auth/principal.ts';
import { approvalsOf } from '../../executions/approvals.ts';
import { isEnded } from '../../executions/execution-view.ts';
import { findStepIr, keyOf } from '../../executions/find-step.ts';
import { mayDecide } from '../../executions/may-decide.ts';
import type { ExecutionView } from '../../executions/view.ts';
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
        const step = await checkDecider(services, principal, params);
        return json(
          await services.executions.decide(params.id, step, {
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

/**
 * Where the open approval names who decides it, others may not: the permission on the flow is not enough. Gives the approval that was
 * looked at, by its path; one that opens only now, unlooked at, is not decided. Throws forbidden, approval_not_open.
 */
async function checkDecider(
  services: Services,
  principal: Principal,
  { id, step }: { readonly id: string; readonly step: string },
): Promise<string> {
  if (principal.kind === 'local') return step;
  const view = await services.executions.get(id);
  // By path, or by an id, which means its only instance: whatever it may mean must name the principal.
  const meant = approvalsOf(view).filter((open) => open.step === step || keyOf(open.step) === keyOf(step));
  const exact = meant.filter((open) => open.step === step);
  const looked = exact.length > 0 ? exact : meant;
  const resource = (await flowResource(services, view.flow)) ?? { flow: view.flow, category: null };
  for (const { to } of looked)
    if (!mayDecide(principal, to, resource))
      throw new Problem('forbidden', `This approval is for ${to.join(', ')} to decide.`);
  if (looked.length === 0 && (await mayOpen(services, view, step)))
    throw new Problem('approval_not_open', `The approval ${step} is not open.`);
  const [only] = looked;
  // Several: the execution says which ones, or takes the one that is left by then.
  return looked.length === 1 && only !== undefined && keyOf(step) === step ? only.step : step;
}

/** Whether it names an approval of an execution that goes on. If not, the execution says what is wrong with it. */
async function mayOpen({ flows }: Services, view: ExecutionView, step: string): Promise<boolean> {
  if (isEnded(view.status)) return false;
  const stored = await flows.get(`${view.flow}@${view.version}`, { includeArchived: true });
  return stored?.ir === undefined || findStepIr(stored.ir, step)?.kind === 'approve';
}
