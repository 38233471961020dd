// A folder of flows to and from the server: what `weir push` and `weir pull` stand on.
//
// POST /import  (application/json, at most 16 MiB and 2,000 files)
//   { files: [{ path, content }], dry_run?, prune?, force?, plan? }
//   `path`: relative to the folder, with `/`. What a file is follows from its path, as in a folder of `weir dev`:
//   `adapters/*.yaml` describes an adapter, `actions.yaml` is a catalogue of actions, other YAML with a top-level `flow`,
//   `*.flow.yaml`, `*.flow.yml` and `*.flow.json` are flows. Everything else is told as `ignored` (tests, data, …): send only what may matter.
//   `dry_run` (default false): plans and changes nothing.
//   `prune` (default false): flows that only the server has are archived, and actions that only its catalogue has are dropped;
//   without it they are told as `keep`. Adapters are never removed.
//   `force` (default false): archives also flows that are deployed or running.
//   `plan`: that of a dry run. Where what would be done now is something else, nothing is done: 409 `plan_changed`.
//
//   200 { applied, plan, summary: { create, update, unchanged, delete, keep, ignored, invalid, forbidden }, items: [item] }
//   item { path, kind, name, operation, version, from, hash, reason, diagnostics }
//     path        the file; null for what only the server has
//     kind        adapter | catalogue | flow | other
//     name        of the adapter or flow; `actions` for the catalogue; null for `other`
//     operation   create | update | unchanged | delete | keep | ignored | invalid | forbidden
//     version     of the flow or adapter when done; of a catalogue its revision as text; null where there is none
//     from        the version that is there now; null for a new one
//     hash        of the content when done; null where there is none
//     reason      one sentence, where the operation alone does not say it (why invalid, which permission, where in use); else null
//     diagnostics as everywhere; warnings of good flows too. Faults of adapters and catalogues have the code `WEIR1903`.
//   Items stand in the order in which they are done: adapters, catalogue, flows (those that others call first), then archived flows.
//
//   All or nothing, in one transaction. With an item `invalid`: 400 `invalid_import`; with one `forbidden`: 403 `forbidden`;
//   both problems carry `items`. A dry run answers 200 with those items in it.
//   Flows are checked against the adapters, actions and flows as they will be afterwards, so that files may depend on each other.
//   Same content makes no new version. A flow needs flow:create or flow:update, archiving flow:delete, adapters and actions org:admin;
//   what is unchanged needs none of them.
//
// GET /export?q&category&tag
//   200 { files: [{ path, content, kind, name, version, hash }] }
//   The latest version of every flow that the caller may read, as `<name>.flow.yaml` or `.flow.json`, `actions.yaml`, `adapters/<name>.yaml`,
//   each exactly as it was stored. The server does not keep the layout of a folder: match files by `kind` and `name`.
import { z } from 'zod';
import { scopeOf } from '../../auth/authorize.ts';
import type { Principal } from '../../auth/principal.ts';
import { IMPORT_OPERATIONS, type ImportItem, type ImportReach } from '../../flows/folder-import.ts';
import { json, type Route, route } from '../route.ts';
import { DIAGNOSTIC } from '../schemas.ts';
import { controlOf } from '../services.ts';
import { SEARCH } from './flows.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const BODY = z.strictObject({
  files: z
    .array(
      z.strictObject({
        path: z.string().regex(/^(?!\/)[^\p{Cc}\\]{1,500}$/u, 'is not a relative path with `/`'),
        content: z.string().max(256 * 1024),
      }),
    )
    .max(2_000),
  dry_run: z.boolean().default(false),
  prune: z.boolean().default(false),
  force: z.boolean().default(false),
  plan: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'is not a plan')
    .optional(),
});
const ITEM = z.object({
  path: z.string().nullable(),
  kind: z.enum(['adapter', 'catalogue', 'flow', 'other']),
  name: z.string().nullable(),
  operation: z.enum(IMPORT_OPERATIONS),
  version: z.string().nullable(),
  from: z.string().nullable(),
  hash: z.string().nullable(),
  reason: z.string().nullable(),
  diagnostics: z.array(DIAGNOSTIC),
});
const ANSWER = z.object({
  applied: z.boolean(),
  plan: z.string(),
  summary: z.record(z.enum(IMPORT_OPERATIONS), z.int()),
  items: z.array(ITEM),
});
const EXPORT = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      content: z.string(),
      kind: z.enum(['adapter', 'catalogue', 'flow']),
      name: z.string(),
      version: z.string(),
      hash: z.string(),
    }),
  ),
});

export function importRoutes(): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/import',
      operation: 'importFolder',
      summary: 'Bring a folder of flows, adapters and actions to the server: all of it or nothing',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:create' },
      body: { kind: 'json', schema: BODY, maxBytes: MAX_BYTES },
      answers: [{ status: 200, description: 'what was done; with `dry_run`: what would be', schema: ANSWER }],
      problems: ['invalid_import', 'plan_changed', 'forbidden', 'payload_too_large', 'no_store', 'store_unavailable'],
      async handle({ services, principal, body: { dry_run: isDryRun, plan, ...request } }) {
        const { imports } = controlOf(services);
        const reach = reachOf(principal ?? { grants: [] });
        const done = isDryRun ? await imports.plan(request, reach) : await imports.apply(request, reach, plan ?? null);
        return json({ applied: !isDryRun, plan: done.plan, summary: summaryOf(done.items), items: done.items });
      },
    }),
    route({
      method: 'get',
      path: '/export',
      operation: 'exportFolder',
      summary: 'Flows, adapters and actions as files',
      tag: 'flows',
      access: { on: 'some', permission: 'flow:read' },
      query: z.object({ q: SEARCH.optional(), category: SEARCH.optional(), tag: SEARCH.optional() }),
      answers: [{ status: 200, description: 'the latest version of each, as it was stored', schema: EXPORT }],
      problems: ['no_store', 'store_unavailable'],
      async handle({ services, scope, query: { q, category, tag } }) {
        const files = await controlOf(services).imports.export(scope, {
          ...(q !== undefined && { q }),
          ...(category !== undefined && { category }),
          ...(tag !== undefined && { tag }),
        });
        return json({ files });
      },
    }),
  ];
}

function reachOf(principal: Pick<Principal, 'grants'>): ImportReach {
  return {
    read: scopeOf(principal, 'flow:read'),
    create: scopeOf(principal, 'flow:create'),
    update: scopeOf(principal, 'flow:update'),
    delete: scopeOf(principal, 'flow:delete'),
    admin: scopeOf(principal, 'org:admin').all,
  };
}

function summaryOf(items: readonly ImportItem[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    IMPORT_OPERATIONS.map((operation) => [operation, items.filter((item) => item.operation === operation).length]),
  );
}
