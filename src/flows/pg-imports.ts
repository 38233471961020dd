import { createHash } from 'node:crypto';
import type { AdapterManifest } from '../adapters/manifest.ts';
import type { AuditContext } from '../audit/entry.ts';
import { reaches } from '../auth/authorize.ts';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import { Problem } from '../problems/problem.ts';
import { change, read } from '../store/change.ts';
import { sqlState } from '../store/store-problem.ts';
import { applyImport, planChanged } from './apply-import.ts';
import { exportFolder } from './export-folder.ts';
import type { FlowCache } from './flow-cache.ts';
import type { LockedFlow } from './flow-rows.ts';
import { folderFileKind } from './folder-file.ts';
import type { FolderFile, FolderImports, ImportReach, ImportRequest } from './folder-import.ts';
import { importItem, type PlannedItem } from './import-item.ts';
import { selectImportState } from './import-state.ts';
import { planAdapters } from './plan-adapters.ts';
import { planCatalogue } from './plan-catalogue.ts';
import { asFlowFile, planFlows } from './plan-flows.ts';
import type { PgFlowWriterDeps } from './pg-flow-writer.ts';

export interface PgImportsDeps extends Omit<PgFlowWriterDeps, 'cache'> {
  readonly cache: Pick<FlowCache, 'forget'>;
  readonly codedAdapters: () => ReadonlyMap<string, AdapterManifest>;
}

/** What happens to one of two imports that make the same things: a unique violation, or a deadlock where they go in other orders. */
const CROSSED = new Set(['23505', '40P01']);

/** A folder of flows to and from the database. */
export function createPgImports(deps: PgImportsDeps): (context: AuditContext) => FolderImports {
  return (context) => {
    const { database, cache } = deps;
    const { organisation } = context.principal;
    return {
      async plan(request, reach) {
        const planned = await plan(deps, context, { request, reach });
        return { plan: idOf(planned), items: planned.map(({ item }) => item) };
      },
      async apply(request, reach, expected) {
        const planned = await plan(deps, context, { request, reach });
        const id = idOf(planned);
        const items = planned.map(({ item }) => item);
        if (expected !== null && expected !== id)
          throw new Problem('plan_changed', 'What would be done is not what was confirmed. Nothing was done.', {
            extra: { plan: id, items },
          });
        const counted = (operation: string) => items.filter((item) => item.operation === operation).length;
        const [invalid, forbidden] = [counted('invalid'), counted('forbidden')];
        if (invalid > 0)
          throw new Problem('invalid_import', `${invalid} of ${items.length} items have errors. Nothing was done.`, {
            extra: { items },
          });
        if (forbidden > 0)
          throw new Problem(
            'forbidden',
            `${forbidden} of ${items.length} items need permissions that you have not been granted. Nothing was done.`,
            { extra: { items } },
          );
        const tasks = planned.flatMap(({ task }) => task ?? []);
        try {
          if (tasks.length > 0)
            await change(database, context, (tx, record) => applyImport(tx, { context, tasks, record }));
        } catch (error) {
          throw CROSSED.has(sqlState(error) ?? '') ? planChanged(error) : error;
        } finally {
          cache.forget({ organisation, flow: null });
          for (const { name, kind } of items) if (kind === 'flow') cache.forget({ organisation, flow: name });
        }
        return { plan: id, items };
      },
      export: (scope, filter) => exportFolder(deps, { organisation, scope, filter }),
    };
  };
}

async function plan(
  { database, codedAdapters, compile, inUse }: PgImportsDeps,
  { principal: { organisation }, now }: AuditContext,
  { request, reach }: { readonly request: ImportRequest; readonly reach: ImportReach },
): Promise<readonly PlannedItem[]> {
  const { prune, force } = request;
  const files = filesOf(request.files);
  const state = await read(database, (db) => selectImportState(db, organisation));
  const coded = codedAdapters();
  const adapters = planAdapters(files.adapters, {
    current: state.adapters,
    isCoded: (name) => coded.has(name),
    admin: reach.admin,
  });
  const catalogue = planCatalogue(files.catalogues, { current: state.catalogue, prune, admin: reach.admin });
  const flowFiles = files.flows.map((file) => ({ file, flow: asFlowFile(file) }));
  const flows = flowFiles.flatMap(({ flow }) => flow ?? []);
  const given = new Set(flows.map(({ identity }) => identity.name));
  const others = [...state.flows.values()]
    .filter(
      ({ name, archived, category }) => !archived && !given.has(name) && reaches(reach.read, { flow: name, category }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const pruned = prune ? others.filter(({ name, category }) => reaches(reach.delete, { flow: name, category })) : [];
  const kept = others.filter((flow) => !pruned.includes(flow));
  const planned = await planFlows(flows, {
    current: state.flows,
    reach,
    compile,
    environment: { adapters: new Map([...adapters.adapters, ...coded]), actions: catalogue.actions },
    pruned: new Set(pruned.map(({ name }) => name)),
    now,
  });
  const archived: PlannedItem[] = [];
  for (const flow of pruned) {
    const uses = force ? [] : await inUse({ organisation, name: flow.name });
    archived.push(
      uses.length === 0
        ? { item: onServer(flow, 'delete', null), task: { kind: 'archive', was: flow } }
        : { item: onServer(flow, 'invalid', `It is in use: ${uses.join('; ')}.`) },
    );
  }
  const ignored = [...files.others, ...flowFiles.flatMap(({ file, flow }) => (flow === null ? [file] : []))];
  return [
    ...adapters.items,
    ...catalogue.items,
    ...planned,
    ...archived,
    ...kept.map((flow) => ({ item: onServer(flow, 'keep', null) })),
    ...ignored.map(({ path }) => ({ item: importItem({ path, kind: 'other', name: null, operation: 'ignored' }) })),
  ];
}

function onServer({ name, versions }: LockedFlow, operation: 'delete' | 'keep' | 'invalid', reason: string | null) {
  const [newest] = versions;
  const from = newest?.version ?? null;
  const hash = newest?.hash ?? null;
  return importItem({ path: null, kind: 'flow', name, operation, version: from, from, hash, reason });
}

function filesOf(files: readonly FolderFile[]) {
  const paths = new Set<string>();
  const sorted = {
    flows: [] as FolderFile[],
    catalogues: [] as FolderFile[],
    adapters: [] as FolderFile[],
    others: [] as FolderFile[],
  };
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    if (paths.has(file.path)) throw new Problem('invalid_request', `The file ${file.path} is there twice.`);
    paths.add(file.path);
    sorted[folderFileKind(file.path) ?? 'others'].push(file);
  }
  return sorted;
}

/** What would be done, in one word. */
function idOf(planned: readonly PlannedItem[]): string {
  const parts = planned.map(({ item: { path, kind, name, operation, version, from, hash } }) => [
    path,
    kind,
    name,
    operation,
    version,
    from,
    hash,
  ]);
  return createHash('sha256').update(canonicalJson(parts)).digest('hex');
}
