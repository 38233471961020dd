import { z } from 'zod';
import type { JsonObject } from '../../dsl/ir/json.ts';
import type { Template } from '../../flows/templates.ts';
import { json, type Route, route } from '../route.ts';
import { FLOW, JSON_VALUE } from '../schemas.ts';
import { controlOf } from '../services.ts';
import { answer } from './flow-writes.ts';

const NAME = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'is not a name')
  .describe('small letters, digits and hyphens');
/** What an index takes, without control characters. */
const LABEL = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'holds control characters');
const TEXT = z
  .string()
  .max(4_000)
  .regex(/^[^\0]*$/, 'holds U+0000');
const OBJECT = z.record(z.string(), JSON_VALUE).transform((value) => value as JsonObject); // the parser made it: all of it is JSON
const PARAMS = z.object({ name: NAME });
const SUMMARY = z.object({
  name: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  category: z.string().nullable(),
  tags: z.array(z.string()),
  parameters: z.record(z.string(), JSON_VALUE),
  created_at: z.iso.datetime(),
  links: z.record(z.string(), z.string()),
});
const TEMPLATE = SUMMARY.extend({ source: z.string() });
const BODY = z.strictObject({
  name: NAME,
  title: LABEL.nullish(),
  description: TEXT.nullish(),
  category: LABEL.nullish(),
  tags: z.array(LABEL).max(50).default([]),
  parameters: OBJECT.describe('JSON Schema of the parameters'),
  source: z
    .string()
    .min(1)
    .max(256 * 1024)
    .describe('a flow in YAML, with places `{{name}}` in its values'),
});

export function templateRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/templates',
      operation: 'listTemplates',
      summary: 'The templates that flows can be made from, by name',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:read' },
      query: z.object({
        limit: z.coerce.number().int().min(1).max(500).default(100),
        cursor: NAME.optional().describe('`next` of the page before'),
      }),
      answers: [
        {
          status: 200,
          description: 'without their sources',
          schema: z.object({ items: z.array(SUMMARY), next: z.string().nullable() }),
        },
      ],
      problems: ['no_store', 'store_unavailable'],
      async handle({ services, scope, query: { limit, cursor } }) {
        const found = await controlOf(services).templates.list({ scope, after: cursor ?? null, limit: limit + 1 });
        const items = found.slice(0, limit);
        return json({ items: items.map(summary), next: found.length > limit ? (items.at(-1)?.name ?? null) : null });
      },
    }),
    route({
      method: 'post',
      path: '/templates',
      operation: 'createTemplate',
      summary: 'Store a template',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:create' },
      body: { kind: 'json', schema: BODY },
      answers: [{ status: 201, description: 'stored', schema: TEMPLATE }],
      problems: ['exists', 'invalid_request', 'no_store', 'store_unavailable'],
      async handle({ services, scope, body: { title, description, category, ...body } }) {
        const made = await controlOf(services).templates.create(
          { ...body, title: title ?? null, description: description ?? null, category: category ?? null },
          scope,
        );
        return json(whole(made), 201, { location: `/templates/${made.name}` });
      },
    }),
    route({
      method: 'get',
      path: '/templates/{name}',
      operation: 'getTemplate',
      summary: 'One template with its source',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:read' },
      params: PARAMS,
      answers: [{ status: 200, description: 'the template', schema: TEMPLATE }],
      problems: ['not_found', 'no_store', 'store_unavailable'],
      handle: async ({ services, scope, params }) =>
        json(whole(await controlOf(services).templates.get(params.name, scope))),
    }),
    route({
      method: 'delete',
      path: '/templates/{name}',
      operation: 'deleteTemplate',
      summary: 'Delete a template; flows made from it stay',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:create' },
      params: PARAMS,
      answers: [{ status: 204, description: 'deleted' }],
      problems: ['not_found', 'no_store', 'store_unavailable'],
      async handle({ services, scope, params }) {
        await controlOf(services).templates.remove(params.name, scope);
        return new Response(null, { status: 204 });
      },
    }),
    route({
      method: 'post',
      path: '/templates/{name}/flows',
      operation: 'createFlowFromTemplate',
      summary: 'Create a flow from a template',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:create' },
      params: PARAMS,
      body: {
        kind: 'json',
        schema: z.strictObject({ flow: NAME.describe('name of the new flow'), parameters: OBJECT.default({}) }),
      },
      answers: [{ status: 201, description: 'the flow, with its first version', schema: FLOW }],
      problems: ['not_found', 'invalid_input', 'invalid_flow', 'flow_exists', 'no_store', 'store_unavailable'],
      handle: async ({ services, scope, params, body }) =>
        answer(await controlOf(services).templates.instantiate(params.name, { ...body, scope })),
    }),
  ];
}

function summary({ name, title, description, category, tags, parameters, createdAt }: Template) {
  const self = `/templates/${name}`;
  return {
    name,
    title,
    description,
    category,
    tags,
    parameters,
    created_at: createdAt.toISOString(),
    links: { self, flows: `${self}/flows` },
  };
}

const whole = (template: Template) => ({ ...summary(template), source: template.source });
