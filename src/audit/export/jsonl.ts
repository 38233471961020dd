import { createHash } from 'node:crypto';
import type { AuditRecord } from '../audit-log.ts';
import type { ChainPoint } from '../chain.ts';
import type { Signer } from '../signer.ts';

export const EXPORT_FORMAT = 'weir-audit/1';

/** First line of an export: what is in it, and what the chain stood at before the first record. */
export interface ExportHeader {
  readonly organisation: string;
  /** Seq of the first and the last record; the last is one less than the first where there is none. */
  readonly first: number;
  readonly last: number;
  readonly since: string | null;
  readonly until: string | null;
  readonly anchor: ChainPoint;
  readonly created: string;
  readonly publicKey: string;
  readonly keyId: string;
}

/** What the last line says and signs, so that a cut-off tail is noticed. */
export interface ExportEnd {
  readonly records: number;
  readonly checkpoints: number;
  /** SHA-256 of the lines of checkpoints, each with its line feed: also of those that were signed with an earlier key. Hex. */
  readonly checkpointsHash: string;
  /** The last record of the export, or its anchor. */
  readonly last: ChainPoint;
  /** The newest record of the chain when the export was made. */
  readonly head: ChainPoint;
}

export function headerLine(header: ExportHeader): string {
  const { organisation, first, last, since, until, anchor, created, publicKey, keyId } = header;
  const range = { first, last, since, until };
  return JSON.stringify({
    format: EXPORT_FORMAT,
    organisation,
    range,
    anchor,
    created,
    key_id: keyId,
    public_key: publicKey,
  });
}

/** The body stands in it as it was hashed, to the byte. */
export function recordLine({ seq, body, hash }: AuditRecord): string {
  return `{"seq":${seq},"body":${body}${recordTail(hash)}`;
}

/** What follows the body. */
export function recordTail(hash: string): string {
  return `,"hash":"${hash}"}`;
}
/** Characters of it. */
export const RECORD_TAIL = recordTail('').length + 64;

/** Seq in the line of a record; null for what is none. */
export function seqOf(line: Buffer): number | null {
  const [, seq] = /^\{"seq":([1-9]\d{0,15}),/.exec(line.toString('latin1', 0, 40)) ?? [];
  return seq === undefined ? null : Number(seq);
}

export function endLine(signer: Signer, header: string, end: ExportEnd): string {
  return endLineOf(end, signer.keyId, signer.sign(endText(sha256(header), end)));
}

/** The form of the last line. */
export function endLineOf(end: ExportEnd, keyId: string, signature: string): string {
  const { records, checkpoints, checkpointsHash, last, head } = end;
  return JSON.stringify({
    end: { records, checkpoints, checkpoints_hash: checkpointsHash, last, head },
    key_id: keyId,
    signature,
  });
}

/** What is signed: the header by its hash, and all of the end. The records hang on the last hash. */
export function endText(headerHash: string, { records, checkpoints, checkpointsHash, last, head }: ExportEnd): string {
  const fields = [headerHash, records, checkpoints, checkpointsHash, last.seq, last.hash, head.seq, head.hash];
  return `weir audit export 1\n${fields.join('\n')}\n`;
}

export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}
