import type { AuditSubject } from './entry.ts';

export interface AuditRecord {
  readonly seq: number;
  /** Canonical JSON, as hashed. */
  readonly body: string;
  /** Hex. */
  readonly hash: string;
}

/** All given must hold. `since` (included) and `until` (not included) look at when a record was appended. */
export interface AuditFilter {
  readonly action?: string;
  readonly actor?: string;
  readonly subjectType?: AuditSubject['type'];
  readonly subject?: string;
  readonly since?: Date;
  readonly until?: Date;
}

export const EXPORT_FORMATS = ['jsonl', 'csv', 'ocsf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface AuditLog {
  /** Newest first. `before`: only records with a smaller seq. */
  list(
    filter: AuditFilter,
    page: { readonly limit: number; readonly before: number | null },
  ): Promise<readonly AuditRecord[]>;
  /** Chunks of text, oldest record first: the chain as it stands when the first chunk is asked for. Is itself recorded. */
  export(format: ExportFormat, filter: Pick<AuditFilter, 'since' | 'until'>): AsyncIterable<string>;
  /** Checks the chain in the database against its hashes, columns, anchors and checkpoints. */
  verify(): Promise<ChainReport>;
}

export interface ChainReport {
  readonly ok: boolean;
  readonly records: number;
  readonly checkpoints: number;
  /** What is wrong, in words; 20 at most. */
  readonly faults: readonly string[];
  /** The newest record. */
  readonly head: { readonly seq: number; readonly hash: string };
  readonly keyId: string;
}
