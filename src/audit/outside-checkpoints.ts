import type { ChainPoint } from './chain.ts';
import { type Checkpoint, checkpointText, parseCheckpoint } from './checkpoint.ts';
import { Fault } from './export-verdict.ts';
import type { ExportHeader } from './export/jsonl.ts';
import { createVerifier, type Verifier } from './signer.ts';

/**
 * Checkpoints that were kept outside of the database, to hold a chain against: one that was written anew has other hashes, one from an
 * old copy of the database ends before them.
 */
export class OutsideCheckpoints {
  /** How many were of records in the export. */
  met = 0;
  readonly #points = new Map<number, Checkpoint>();
  #ahead: readonly Checkpoint[] = [];
  readonly #verifier: Verifier | null;
  readonly #all: readonly Checkpoint[];

  /** `text`: lines as the checkpointer writes them. Throws Error for a line that is none. `trustedKeyPem`: checks their signatures. */
  constructor(text: string, { trustedKeyPem }: { readonly trustedKeyPem?: string } = {}) {
    this.#verifier = trustedKeyPem === undefined ? null : createVerifier(trustedKeyPem);
    const lines = text.split('\n');
    if (lines.at(-1) !== '') lines.pop(); // being written, or cut off in a crash
    this.#all = lines.filter((line) => line !== '').map((line, at) => checkpointOf(line, at + 1));
  }

  begin({ organisation, publicKey, created }: ExportHeader): void {
    const verifier = this.#verifier ?? createVerifier(publicKey);
    const own = this.#all.filter((one) => one.organisation === organisation);
    for (const one of own)
      if (one.keyId === verifier.keyId && !verifier.verify(checkpointText(one), one.signature))
        throw new Fault('wrong_signature', `the kept checkpoint of record ${one.seq} is not genuine`, { seq: one.seq });
    for (const one of own) this.#points.set(one.seq, one);
    this.#ahead = own.filter((one) => one.at < created);
  }

  record(organisation: string, { seq, hash }: ChainPoint): void {
    const one = this.#points.get(seq);
    if (one === undefined || one.organisation !== organisation) return;
    this.met += 1;
    if (one.hash !== hash)
      throw new Fault('rewritten', `record ${seq} had another hash at ${one.at}, by a checkpoint kept outside`, {
        seq,
      });
  }

  /** `head`: the newest record that the database had when it was exported. */
  end(head: ChainPoint): void {
    const lost = this.#ahead.find((one) => one.seq > head.seq);
    if (lost !== undefined)
      throw new Fault(
        'rolled_back',
        `the chain had come to record ${lost.seq} at ${lost.at}, by a checkpoint kept outside; now it ends at ${head.seq}`,
        { seq: lost.seq },
      );
  }
}

function checkpointOf(line: string, at: number): Checkpoint {
  const one = parseCheckpoint(line);
  if (one === null) throw new Error(`line ${at} is no checkpoint`);
  return one;
}
