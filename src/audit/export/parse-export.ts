import type { ChainPoint } from '../chain.ts';
import { endLineOf, EXPORT_FORMAT, type ExportEnd, type ExportHeader, headerLine } from './jsonl.ts';

export type ParsedHeader = ExportHeader;
export interface ParsedEnd extends ExportEnd {
  readonly keyId: string;
  readonly signature: string;
}

/** A header exactly as `headerLine` writes it; null for any other line. */
export function parseHeader(line: string): ParsedHeader | null {
  const map = mapOf(parse(line));
  const range = mapOf(map['range']);
  const anchor = pointOf(map['anchor']);
  const { format, organisation, created, key_id: keyId, public_key: publicKey } = map;
  const { first, last, since, until } = range;
  if (format !== EXPORT_FORMAT || typeof organisation !== 'string' || !/^[a-z][a-z0-9-]{0,62}$/.test(organisation))
    return null;
  if (!isSeq(first) || !isSeq(last) || anchor === null || anchor.seq !== first - 1 || last < anchor.seq) return null;
  if (!isTextOrNull(since) || !isTextOrNull(until)) return null;
  if (typeof created !== 'string' || typeof keyId !== 'string' || typeof publicKey !== 'string') return null;
  const header = { organisation, first, last, since, until, anchor, created, keyId, publicKey };
  return headerLine(header) === line ? header : null;
}

/** A last line exactly as `endLine` writes it; null for any other. */
export function parseEnd(line: string): ParsedEnd | null {
  const map = mapOf(parse(line));
  const { records, checkpoints, checkpoints_hash: checkpointsHash, ...points } = mapOf(map['end']);
  const last = pointOf(points['last']);
  const head = pointOf(points['head']);
  const { key_id: keyId, signature } = map;
  if (!isSeq(records) || !isSeq(checkpoints) || last === null || head === null) return null;
  if (typeof keyId !== 'string' || typeof signature !== 'string' || typeof checkpointsHash !== 'string') return null;
  const canonical = Buffer.from(signature, 'base64').toString('base64');
  const end = { records, checkpoints, checkpointsHash, last, head };
  return endLineOf(end, keyId, canonical) === line ? { ...end, keyId, signature } : null;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}; // fields are looked at one by one
}
function pointOf(value: unknown): ChainPoint | null {
  const { seq, hash } = mapOf(value);
  return isSeq(seq) && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) ? { seq, hash } : null;
}
const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string';
