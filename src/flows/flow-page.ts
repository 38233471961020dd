import { reaches } from '../auth/authorize.ts';
import type { FlowPageRequest, FlowStore, FlowSummary, StoredFlow, VersionPageRequest } from './flow-store.ts';
import { newestFirst } from './version-history.ts';

/** A page of the store's flows, by name: made by the store, or from its whole list. */
export async function pageOf(
  store: Pick<FlowStore, 'list' | 'page'>,
  request: FlowPageRequest,
): Promise<readonly FlowSummary[]> {
  if (store.page !== undefined) return store.page(request);
  const { scope, after, limit, ...filter } = request;
  const within = (await store.list(filter)).filter(
    ({ name, ir }) =>
      (after === null || name > after) && reaches(scope, { flow: name, category: ir?.category ?? null }),
  );
  return within.slice(0, limit).map(summaryOf);
}

/** A part of a flow's versions, newest first, behind the version `after`; null when there is no such flow. */
export async function versionsOf(
  store: Pick<FlowStore, 'versions' | 'versionPage'>,
  name: string,
  request: VersionPageRequest,
): Promise<readonly StoredFlow[] | null> {
  if (store.versionPage !== undefined) return store.versionPage(name, request);
  const { after, limit, ...options } = request;
  const all = await store.versions(name, options);
  const behind = after === null ? all : all.filter(({ version }) => newestFirst({ version: after }, { version }) < 0);
  return all.length === 0 ? null : behind.slice(0, limit);
}

/** What lists show of a version. */
export function summaryOf({ id, name, version, hash, ir, createdAt, diagnostics, file }: StoredFlow): FlowSummary {
  return {
    ...(id !== undefined && { id }),
    name,
    version,
    hash,
    title: ir?.title ?? null,
    description: ir?.description ?? null,
    category: ir?.category ?? null,
    tags: ir?.tags ?? [],
    status: ir === undefined ? 'invalid' : 'valid',
    createdAt,
    diagnostics,
    ...(file !== undefined && { file }),
  };
}
