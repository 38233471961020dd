import { z } from 'zod';
import type { ExecutionFilter } from '../executions/list-executions.ts';
import { visibleFlows } from '../flows/visible-flows.ts';
import { instantOf } from './instant-of.ts';
import type { RouteRequest } from './route.ts';
import { ENVIRONMENT, FLOW_ID, STATUS, TAG, INSTANT_OR_DURATION_META } from './schemas.ts';

const INSTANT = z.string().min(1).max(40).meta(INSTANT_OR_DURATION_META);

/** How executions are chosen: the query of the list, the `filter` of operations in bulk. All given must hold. */
export const EXECUTION_FILTER = {
  flow: FLOW_ID.optional(),
  status: STATUS.optional(),
  state: z.enum(['open', 'ended']).optional().describe('`open`: running, waiting or paused'),
  since: INSTANT.optional().describe('started at or after: RFC 3339, or a duration back from now, `24h`'),
  until: INSTANT.optional().describe('started before: like `since`'),
  tag: TAG.optional(),
  environment: ENVIRONMENT.optional(),
  version: z
    .string()
    .regex(/^[0-9A-Za-z.+-]{1,100}$/, 'is not a version')
    .optional(),
  q: TAG.optional().describe('beginning of the id, or a tag'),
};
type Given = z.output<z.ZodObject<typeof EXECUTION_FILTER>>;

/** The filter that was asked for, within what the caller may reach. Throws invalid_request for what is no instant. */
export async function executionFilter(
  { flow, since, until, ...given }: Given,
  { services, scope, now }: Pick<RouteRequest<unknown, unknown, unknown>, 'services' | 'scope' | 'now'>,
): Promise<ExecutionFilter> {
  const flows = await visibleFlows(services.flows, scope);
  const filter = {
    ...given,
    flow: flow?.replaceAll('_', '-'),
    since: since === undefined ? undefined : instantOf(since, now, 'since'),
    until: until === undefined ? undefined : instantOf(until, now, 'until'),
    flows,
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as ExecutionFilter; // fields left out, not undefined
}
