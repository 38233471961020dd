import { summaryOf } from '../flows/flow-page.ts';
import type { FlowSummary, StoredFlow } from '../flows/flow-store.ts';

/** A version as lists and writes show it. */
export function flowView(flow: StoredFlow) {
  return flowSummaryView(summaryOf(flow));
}

export function flowSummaryView({ id, name, createdAt, archivedAt, file, ...flow }: FlowSummary) {
  const { version, hash, title, description, category, tags, status, diagnostics } = flow;
  const self = `/flows/${name}`;
  return {
    ...(id !== undefined && { id }),
    flow: name,
    version,
    hash,
    title,
    description,
    category,
    tags,
    status,
    created_at: new Date(createdAt).toISOString(),
    diagnostics,
    ...(archivedAt !== undefined && archivedAt !== null && { archived_at: new Date(archivedAt).toISOString() }),
    ...(file !== undefined && { file }),
    links: { self, versions: `${self}/versions`, execute: `${self}/execute`, version: `${self}/versions/${version}` },
  };
}
