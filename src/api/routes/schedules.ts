import { z } from 'zod';
import type { ScheduleView } from '../../events/schedules.ts';
import { json, type Route, route } from '../route.ts';
import { ENVIRONMENT, FLOW_ID } from '../schemas.ts';
import { controlOf } from '../services.ts';

const SCHEDULE = z.object({
  id: z.string(),
  flow: z.string(),
  environment: z.string(),
  schedule: z.string().describe('cron expression of five fields'),
  timezone: z.string(),
  overlap: z.string(),
  catchup: z.string().nullable().describe('how late a run may start after an outage; null: an hour'),
  paused: z.boolean(),
  applied: z.boolean().describe('false while the latest change has not come to Temporal yet; it is tried again'),
  next: z.array(z.iso.datetime()).describe('when it is due next; also while it is paused'),
});
const SCHEDULE_ID = z
  .string()
  .regex(/^weir-schedule:[a-z0-9:-]{1,400}$/, 'is no id of a schedule')
  .describe('`weir-schedule:<organisation>:<environment>:<flow>:<position>`');
const PARAMS = z.object({ id: SCHEDULE_ID });

/** `/schedules`: what is due when, of the flows that are deployed. */
export function scheduleRoutes(): readonly Route[] {
  const operate = (verb: 'pause' | 'resume') =>
    route({
      method: 'post',
      path: `/schedules/{id}/${verb}`,
      operation: `${verb}Schedule`,
      summary:
        verb === 'pause'
          ? 'Starts nothing more until it is resumed; kept over deployments'
          : 'Goes on with what is due from now on',
      tag: 'events',
      access: { on: 'some', permission: 'flow:execute' },
      params: PARAMS,
      answers: [{ status: 200, description: 'the schedule', schema: SCHEDULE }],
      problems: ['invalid_request', 'not_found', 'no_store', 'store_unavailable'],
      handle: async ({ services, params: { id }, scope }) =>
        json(wire(await controlOf(services).schedules.pause(id, scope, verb === 'pause'))),
    });
  return [
    route({
      method: 'get',
      path: '/schedules',
      operation: 'listSchedules',
      summary: 'Schedules of deployed flows, by id',
      tag: 'events',
      access: { on: 'some', permission: 'flow:read' },
      query: z.strictObject({
        flow: FLOW_ID.optional(),
        environment: ENVIRONMENT.optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
        cursor: SCHEDULE_ID.optional(),
      }),
      answers: [
        {
          status: 200,
          description: 'a page',
          schema: z.object({ items: z.array(SCHEDULE), next: z.string().nullable() }),
        },
      ],
      problems: ['invalid_request', 'no_store', 'store_unavailable'],
      async handle({ services, scope, query: { flow, environment, limit, cursor } }) {
        const page = await controlOf(services).schedules.list(
          { scope, ...(flow !== undefined && { flow }), ...(environment !== undefined && { environment }) },
          { limit, cursor: cursor ?? null },
        );
        return json({ items: page.items.map(wire), next: page.next });
      },
    }),
    route({
      method: 'get',
      path: '/schedules/{id}',
      operation: 'getSchedule',
      summary: 'One schedule, with its next ten times',
      tag: 'events',
      access: { on: 'some', permission: 'flow:read' },
      params: PARAMS,
      answers: [{ status: 200, description: 'the schedule', schema: SCHEDULE }],
      problems: ['invalid_request', 'not_found', 'no_store', 'store_unavailable'],
      handle: async ({ services, params: { id }, scope }) =>
        json(wire(await controlOf(services).schedules.get(id, scope))),
    }),
    operate('pause'),
    operate('resume'),
    route({
      method: 'post',
      path: '/schedules/{id}/trigger',
      operation: 'triggerSchedule',
      summary: 'Runs it now, by its overlap policy',
      tag: 'events',
      access: { on: 'some', permission: 'flow:execute' },
      params: PARAMS,
      answers: [{ status: 202, description: 'it is under way', schema: z.object({ id: z.string() }) }],
      problems: ['invalid_request', 'not_found', 'no_store', 'store_unavailable', 'temporal_unavailable'],
      async handle({ services, params: { id }, scope }) {
        await controlOf(services).schedules.trigger(id, scope);
        return json({ id }, 202);
      },
    }),
  ];
}

const wire = (view: ScheduleView): z.output<typeof SCHEDULE> => ({
  ...view,
  next: view.next.map((time) => time.toISOString()),
});
