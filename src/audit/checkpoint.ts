import type { ChainPoint } from './chain.ts';
import type { Signer } from './signer.ts';

/** A signed statement that the chain of an organisation stood at this record at that time. */
export interface Checkpoint extends ChainPoint {
  readonly organisation: string;
  /** RFC 3339 with milliseconds, UTC. */
  readonly at: string;
  readonly keyId: string;
  /** Base64, over `checkpointText`. */
  readonly signature: string;
}

/** What is signed. */
export function checkpointText({ organisation, seq, hash, at }: Omit<Checkpoint, 'keyId' | 'signature'>): string {
  return `weir audit checkpoint 1\n${organisation}\n${seq}\n${hash}\n${at}\n`;
}

export function signCheckpoint(signer: Signer, point: Omit<Checkpoint, 'keyId' | 'signature'>): Checkpoint {
  return { ...point, keyId: signer.keyId, signature: signer.sign(checkpointText(point)) };
}

/** One line of JSON, without a line break: in exports, and in files outside of the database. */
export function checkpointLine({ organisation, seq, hash, at, keyId, signature }: Checkpoint): string {
  return JSON.stringify({ checkpoint: { organisation, seq, hash, at }, key_id: keyId, signature });
}

/** A line as `checkpointLine` writes it, to the byte; null for any other. */
export function parseCheckpoint(line: string): Checkpoint | null {
  const [, organisation, seq, hash, at, keyId, signature] = LINE.exec(line) ?? [];
  if (organisation === undefined || hash === undefined || at === undefined) return null;
  if (keyId === undefined || signature === undefined) return null;
  return { organisation, seq: Number(seq), hash, at, keyId, signature };
}

const LINE =
  /^\{"checkpoint":\{"organisation":"([a-z][a-z0-9-]*)","seq":([1-9]\d{0,15}),"hash":"([0-9a-f]{64})","at":"([0-9TZ:.-]{24})"\},"key_id":"([0-9a-f]{16})","signature":"([A-Za-z0-9+/]{85}[AQgw]==)"\}$/;
