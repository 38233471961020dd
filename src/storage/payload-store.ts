/** Keeps bytes by their content. Implementations: file system (fs-store), later object storage. */
export interface PayloadStore {
  /** Durable when it resolves. Gives the SHA-256 (hex). Putting the same bytes again is cheap and harmless. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes, checked against the hash. Rejects with {@link PayloadMissing} or {@link PayloadCorrupt}. */
  get(hash: string): Promise<Uint8Array>;
}

export class PayloadMissing extends Error {
  override readonly name = 'PayloadMissing';
  constructor(hash: string) {
    super(`The stored value ${hash} is missing: do all processes use the same storage?`);
  }
}
export class PayloadCorrupt extends Error {
  override readonly name = 'PayloadCorrupt';
  constructor(hash: string) {
    super(`The stored value ${hash} has changed: its content does not match its hash.`);
  }
}
