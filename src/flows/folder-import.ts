import type { FlowScope } from '../auth/authorize.ts';
import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';

export interface FolderFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly content: string;
}

/** How far the caller's permissions reach. */
export interface ImportReach {
  readonly read: FlowScope;
  readonly create: FlowScope;
  readonly update: FlowScope;
  readonly delete: FlowScope;
  /** org:admin, for adapters and actions. */
  readonly admin: boolean;
}

export interface ImportRequest {
  readonly files: readonly FolderFile[];
  /** Archive the flows, and drop the actions, that only the server has. */
  readonly prune: boolean;
  /** Archive also what is deployed or running. */
  readonly force: boolean;
}

export const IMPORT_OPERATIONS = [
  'create',
  'update',
  'unchanged',
  'delete',
  'keep',
  'ignored',
  'invalid',
  'forbidden',
] as const;
export type ImportOperation = (typeof IMPORT_OPERATIONS)[number];

/** What becomes of one file, or of what only the server has (`path` null). */
export interface ImportItem {
  readonly path: string | null;
  readonly kind: 'adapter' | 'catalogue' | 'flow' | 'other';
  readonly name: string | null;
  readonly operation: ImportOperation;
  /** When done; a catalogue's revision. */
  readonly version: string | null;
  /** There now. */
  readonly from: string | null;
  readonly hash: string | null;
  /** One sentence, where the operation alone does not say it. */
  readonly reason: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ImportPlan {
  /** SHA-256 (hex) of what would be done. */
  readonly plan: string;
  /** In the order in which they are done. */
  readonly items: readonly ImportItem[];
}

export interface ExportedFile extends FolderFile {
  readonly kind: 'adapter' | 'catalogue' | 'flow';
  readonly name: string;
  readonly version: string;
  readonly hash: string;
}

/** A folder of flows to and from the server. */
export interface FolderImports {
  /** What importing would do; nothing is changed. */
  plan(request: ImportRequest, reach: ImportReach): Promise<ImportPlan>;
  /**
   * Does all of it in one transaction, or nothing. `expected`: the plan that was confirmed. Throws plan_changed, invalid_import and
   * forbidden (with `items`).
   */
  apply(request: ImportRequest, reach: ImportReach, expected: string | null): Promise<ImportPlan>;
  /** Adapters, actions, and the latest version of the flows within `read`, by kind and name. */
  export(
    read: FlowScope,
    filter: { readonly q?: string; readonly category?: string; readonly tag?: string },
  ): Promise<readonly ExportedFile[]>;
}
