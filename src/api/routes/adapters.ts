import { z } from 'zod';
import type { AdapterManifest } from '../../adapters/manifest.ts';
import type { FlowStore } from '../../flows/flow-store.ts';
import { Problem } from '../../problems/problem.ts';
import { json, type Route, route } from '../route.ts';
import { JSON_VALUE } from '../schemas.ts';
import { controlOf } from '../services.ts';
import { YAML_HEADERS } from './catalogue.ts';

const SUMMARY = z.object({
  name: z.string(),
  version: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  default_action: z.string().nullable(),
  actions: z.array(z.string()),
  hash: z.string(),
});
const ACTION = z.object({
  name: z.string(),
  adapter: z.string(),
  action: z.string(),
  source: z.enum(['catalogue', 'adapter']),
  title: z.string().nullable(),
  description: z.string().nullable(),
  params: JSON_VALUE.nullable(),
});

export function adapterRoutes(): readonly Route[] {
  const adapters = async (flows: FlowStore): Promise<ReadonlyMap<string, AdapterManifest>> =>
    (await flows.environment()).adapters;
  return [
    route({
      method: 'get',
      path: '/adapters',
      operation: 'listAdapters',
      summary: 'The adapters that calls can use',
      tag: 'adapters',
      access: { on: 'some', permission: 'flow:read' },
      answers: [{ status: 200, description: 'by name', schema: z.object({ items: z.array(SUMMARY), next: z.null() }) }],
      problems: [],
      handle: async ({ services: { flows } }) =>
        json({
          items: [...(await adapters(flows)).values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(summary),
          next: null,
        }),
    }),
    route({
      method: 'get',
      path: '/adapters/{name}',
      operation: 'getAdapter',
      summary: 'One adapter: its manifest with the schemas of its actions',
      tag: 'adapters',
      access: { on: 'some', permission: 'flow:read' },
      params: z.object({ name: z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, 'is not an adapter') }),
      query: z.object({
        as: z.enum(['json', 'source']).default('json').describe('source: the YAML that describes it, as it was stored'),
      }),
      answers: [
        { status: 200, description: 'the manifest', schema: z.looseObject({ name: z.string(), hash: z.string() }) },
        { status: 200, description: '`as=source`', mediaType: 'application/yaml' },
      ],
      problems: ['adapter_not_found', 'no_store', 'store_unavailable'],
      async handle({ services, params, query, context }) {
        if (query.as === 'source') {
          const stored = await controlOf(services).manifests.source(params.name);
          if (stored === null)
            throw new Problem('adapter_not_found', `There is no description of an adapter ${params.name}.`);
          return context.body(stored.source, 200, { ...YAML_HEADERS, etag: `"${stored.hash}"` });
        }
        const found = (await adapters(services.flows)).get(params.name);
        if (found === undefined) throw new Problem('adapter_not_found', `There is no adapter ${params.name}.`);
        return json(found);
      },
    }),
    route({
      method: 'get',
      path: '/actions',
      operation: 'listActions',
      etag: true,
      summary: "Every action: the organisation's catalogue, then those of the adapters",
      tag: 'adapters',
      access: { on: 'some', permission: 'flow:read' },
      answers: [
        {
          status: 200,
          description: 'bare names of the catalogue; `adapter.action` of the adapters',
          schema: z.object({ items: z.array(ACTION), next: z.null() }),
        },
      ],
      problems: [],
      async handle({ services: { flows } }) {
        const catalogue = Object.entries(await flows.catalogue()).map(([name, { adapter, action, params }]) => ({
          name,
          adapter,
          action: action ?? name,
          source: 'catalogue',
          title: null,
          description: null,
          params: params ?? null,
        }));
        const own = [...(await adapters(flows)).values()].flatMap(({ name, actions }) =>
          Object.entries(actions).map(([action, manifest]) => ({
            name: `${name}.${action}`,
            adapter: name,
            action,
            source: 'adapter',
            title: manifest.title ?? null,
            description: manifest.description ?? null,
            params: manifest.input ?? null,
          })),
        );
        return json({ items: [...catalogue, ...own], next: null });
      },
    }),
  ];
}

function summary({ name, version, title, description, default_action, actions, hash }: AdapterManifest) {
  return {
    name,
    version,
    title: title ?? null,
    description: description ?? null,
    default_action: default_action ?? null,
    actions: Object.keys(actions),
    hash,
  };
}
