import type { AdapterSpec } from '../adapters/from-manifest/spec.ts';
import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import type { LockedFlow, NewVersion } from './flow-rows.ts';
import type { ImportItem } from './folder-import.ts';

/** What is to be done for an item; none for what changes nothing. */
export type ImportTask =
  | { readonly kind: 'adapter'; readonly spec: AdapterSpec; readonly source: string; readonly was: string | null }
  | { readonly kind: 'catalogue'; readonly source: string; readonly after: number }
  | { readonly kind: 'version'; readonly version: NewVersion; readonly was: LockedFlow | null }
  /** An archived flow comes back as it was. */
  | { readonly kind: 'revive'; readonly was: LockedFlow }
  | { readonly kind: 'archive'; readonly was: LockedFlow };

export interface PlannedItem {
  readonly item: ImportItem;
  readonly task?: ImportTask;
}

/** An item with what was not said being null. */
export function importItem(
  item: Pick<ImportItem, 'path' | 'kind' | 'name' | 'operation'> & Partial<ImportItem>,
): ImportItem {
  return { version: null, from: null, hash: null, reason: null, diagnostics: [], ...item };
}

/** A fault of a file beside the flows. */
export function folderFault(fault: {
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}): Diagnostic {
  const { line, column } = fault;
  return { code: 'WEIR1903', severity: 'error', ...fault, end_line: line, end_column: column };
}
