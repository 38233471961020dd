import { sql } from 'drizzle-orm';
import { manifestOf } from '../adapters/from-manifest/index.ts';
import type { AuditContext, AuditEntry } from '../audit/entry.ts';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import { Problem } from '../problems/problem.ts';
import type { Queries } from '../store/database.ts';
import { insertFlow, insertVersion, type LockedFlow, lockFlow, markArchived } from './flow-rows.ts';
import type { ImportTask } from './import-item.ts';
import { putAdapter, selectAdapterSources } from './pg-adapter-manifests.ts';
import { insertCatalogue, selectCatalogue } from './pg-catalogues.ts';

interface Import {
  readonly context: AuditContext;
  readonly tasks: readonly ImportTask[];
  readonly record: (entry: AuditEntry) => void;
}

/**
 * Does the tasks of a plan within a transaction. Everything that they touch is locked first, in the order of names, and
 * compared with what the plan was made from. Throws plan_changed when something else is there by now.
 */
export async function applyImport(tx: Queries, { context, tasks, record }: Import): Promise<void> {
  const { organisation } = context.principal;
  // One import of an organisation at a time: they make rows in the order of calls, and would wait for each other in circles.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`weir import ${organisation}`}, 0))`);
  const locked = await lockAll(tx, organisation, tasks);
  const adapters = new Map((await selectAdapterSources(tx, organisation)).map(({ name, hash }) => [name, hash]));
  for (const task of tasks) {
    switch (task.kind) {
      case 'adapter': {
        const { name, version, hash } = manifestOf(task.spec);
        if ((adapters.get(name) ?? null) !== task.was) throw planChanged();
        await putAdapter(tx, context, task);
        const action = task.was === null ? 'adapter.create' : 'adapter.update';
        record({ action, subject: { type: 'adapter', id: name }, details: { version, hash, import: true } });
        break;
      }
      case 'catalogue': {
        if (((await selectCatalogue(tx, organisation))?.revision ?? 0) !== task.after) throw planChanged();
        const revision = await insertCatalogue(tx, context, task);
        const subject = { type: 'catalogue', id: 'actions' } as const;
        record({ action: 'catalogue.update', subject, details: { revision, import: true } });
        break;
      }
      case 'version': {
        const { flow } = task.version;
        const before = locked.get(flow.name) ?? null;
        const stored =
          before === null
            ? await insertFlow(tx, context, task.version)
            : await insertVersion(tx, context, { locked: before, version: task.version });
        if (stored === null) throw planChanged();
        tell(record, before === null || before.archived ? 'flow.create' : 'flow.update', flow);
        locked.set(flow.name, {
          id: stored.id ?? '',
          name: flow.name,
          category: flow.ir.category ?? null,
          archived: false,
          versions: [{ version: flow.version, hash: flow.hash }, ...(before?.versions ?? [])],
        });
        break;
      }
      case 'revive':
      case 'archive': {
        const archived = task.kind === 'archive';
        await markArchived(tx, context, { locked: task.was, archived });
        locked.set(task.was.name, { ...task.was, archived });
        const { version = '', hash = '' } = task.was.versions[0] ?? {};
        tell(record, archived ? 'flow.archive' : 'flow.create', { name: task.was.name, version, hash });
      }
    }
  }
}

/** 409: somebody has changed what the plan stands on. */
export function planChanged(cause?: unknown): Problem {
  return new Problem('plan_changed', 'Somebody has changed something in this moment. Nothing was done.', { cause });
}

function tell(
  record: Import['record'],
  action: string,
  { name, version, hash }: { readonly name: string; readonly version: string; readonly hash: string },
): void {
  record({ action, subject: { type: 'flow', id: name }, details: { version, hash, import: true } });
}

async function lockAll(
  tx: Queries,
  organisation: string,
  tasks: readonly ImportTask[],
): Promise<Map<string, LockedFlow>> {
  /** As the plan found them: of several versions of a flow the first task has it. */
  const expected = new Map<string, LockedFlow | null>();
  for (const task of tasks) {
    if (task.kind === 'adapter' || task.kind === 'catalogue') continue;
    const name = task.kind === 'version' ? task.version.flow.name : task.was.name;
    if (!expected.has(name)) expected.set(name, task.was);
  }
  const locked = new Map<string, LockedFlow>();
  for (const name of [...expected.keys()].sort()) {
    const found = await lockFlow(tx, organisation, name);
    if (canonicalJson(found) !== canonicalJson(expected.get(name) ?? null)) throw planChanged();
    if (found !== null) locked.set(name, found);
  }
  return locked;
}
