import { createHash, hash as digest } from 'node:crypto';
import { type ChainPoint, genesisHash } from './chain.ts';
import { type Checkpoint, checkpointText, parseCheckpoint } from './checkpoint.ts';
import { type ExportFault, type ExportVerdict, Fault } from './export-verdict.ts';
import { endText, RECORD_TAIL, recordTail, seqOf, sha256 } from './export/jsonl.ts';
import { type ParsedHeader, parseEnd, parseHeader } from './export/parse-export.ts';
import type { OutsideCheckpoints } from './outside-checkpoints.ts';
import { linesOf } from './lines-of.ts';
import { createVerifier, type Verifier } from './signer.ts';

export interface VerifyOptions {
  /** Public key (PEM) from outside of the file. Without it the key in the file is believed. */
  readonly trustedKeyPem?: string;
  /** Checkpoints that were kept outside of the database. */
  readonly outside?: OutsideCheckpoints;
}

/**
 * Checks an export (JSONL) from its bytes alone, in one pass and bounded memory: that each record hashes to what the line says, that
 * none is missing or out of place, that the tail is there, and who signed it. Stops at the first fault. Throws only what reading throws,
 * and for a trusted key that is none.
 */
export async function verifyExport(
  chunks: AsyncIterable<Uint8Array>,
  { trustedKeyPem, outside }: VerifyOptions = {},
): Promise<ExportVerdict> {
  const trusted = trustedKeyPem === undefined ? null : createVerifier(trustedKeyPem);
  const check = new ExportCheck(trusted, outside ?? null);
  let fault: ExportFault | null = null;
  try {
    for await (const lines of linesOf(chunks)) for (const line of lines) check.line(line);
    check.end();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    fault = { ...error.fault, line: error.fault.line ?? check.lines };
  }
  return check.verdict(fault);
}

/** The state of one pass over an export. */
class ExportCheck {
  lines = 0;
  readonly #trusted: Verifier | null;
  readonly #outside: OutsideCheckpoints | null;
  #header: ParsedHeader | null = null;
  #headerHash = '';
  #verifier: Verifier | null = null;
  #before: ChainPoint = { seq: 0, hash: '' };
  #beforeBytes = new Uint8Array();
  #records = 0;
  #checkpoints = 0;
  readonly #checkpointsHash = createHash('sha256');
  #ended = false;
  /** A record that comes too early: whether one before it is missing or comes later, the rest of the file tells. */
  #early: { readonly line: number; readonly seq: number; readonly expected: number } | null = null;
  #scratch = Buffer.alloc(65_536);

  constructor(trusted: Verifier | null, outside: OutsideCheckpoints | null) {
    this.#trusted = trusted;
    this.#outside = outside;
  }

  line(line: Buffer): void {
    this.lines += 1;
    if (this.#early !== null) return this.#seek(line, this.#early);
    if (this.#ended) throw new Fault('after_end', 'something stands after the last line');
    if (this.#header === null) return this.#begin(line);
    if (line[2] === LETTER_S) return this.#record(line);
    const text = line.toString('utf8');
    if (text.startsWith('{"checkpoint":')) return this.#checkpoint(text);
    if (text.startsWith('{"end":')) return this.#end(text);
    throw new Fault('changed', 'this is no line of an export');
  }

  /** After the last line. */
  end(): void {
    if (this.#early !== null) {
      const { line, seq, expected } = this.#early;
      throw new Fault('missing', `after record ${expected - 1} comes ${seq}`, { line, seq: expected });
    }
    if (this.#header === null) throw new Fault('not_an_export', 'the file is empty');
    if (!this.#ended)
      throw new Fault('tail_cut', `the file ends after record ${this.#before.seq}, without its last line`, {
        seq: this.#before.seq + 1,
      });
  }

  verdict(fault: ExportFault | null): ExportVerdict {
    return {
      ok: fault === null,
      fault,
      organisation: this.#header?.organisation ?? null,
      first: this.#header?.first ?? null,
      last: this.#header === null ? null : this.#before,
      records: this.#records,
      checkpoints: this.#checkpoints,
      keyId: this.#verifier?.keyId ?? null,
      trustedKey: this.#trusted !== null,
      outsideCheckpoints: this.#outside === null ? null : this.#outside.met,
    };
  }

  #begin(line: Buffer): void {
    const header = parseHeader(line.toString('utf8'));
    if (header === null)
      throw new Fault('not_an_export', 'the first line is no header of an export (format weir-audit/1)');
    this.#header = header;
    this.#headerHash = sha256(line);
    this.#verifier = verifierOf(header);
    if (this.#trusted !== null && this.#trusted.keyId !== this.#verifier.keyId)
      throw new Fault(
        'foreign_key',
        `signed with key ${this.#verifier.keyId}, not with the trusted ${this.#trusted.keyId}`,
      );
    if (header.anchor.seq === 0 && header.anchor.hash !== genesisHash(header.organisation))
      throw new Fault('changed', 'the header has another beginning of the chain', { seq: 0 });
    this.#stand(header.anchor);
    this.#outside?.begin(header);
    this.#outside?.record(header.organisation, header.anchor);
  }

  #record(line: Buffer): void {
    const { seq: before } = this.#before;
    const seq = before + 1;
    // Put together as it must stand there: quicker than taking it apart.
    const start = `{"seq":${seq},"body":`;
    const bodyEnd = line.length - RECORD_TAIL;
    if (bodyEnd <= start.length || line.toString('latin1', 0, start.length) !== start)
      return this.#otherRecord(line, seq);
    const organisation = this.#header?.organisation ?? '';
    const prefix = `${organisation}\n${seq}\n`;
    const bodyStart = HASH_BYTES + prefix.length;
    const size = bodyStart + bodyEnd - start.length;
    if (size > this.#scratch.length) this.#scratch = Buffer.alloc(size * 2);
    this.#scratch.set(this.#beforeBytes, 0);
    this.#scratch.write(prefix, HASH_BYTES, 'latin1');
    line.copy(this.#scratch, bodyStart, start.length, bodyEnd);
    const bytes = digest('sha256', this.#scratch.subarray(0, size), 'buffer');
    const hash = bytes.toString('hex');
    if (line.toString('latin1', bodyEnd) !== recordTail(hash))
      throw new Fault('changed', `record ${seq} does not hash to what its line says`, { seq });
    this.#before = { seq, hash };
    this.#beforeBytes = bytes;
    this.#records += 1;
    this.#outside?.record(organisation, this.#before);
  }

  /** A line of another record than the next one, or of none. */
  #otherRecord(line: Buffer, expected: number): void {
    const seq = seqOf(line);
    if (seq === null || seq === expected)
      throw new Fault('changed', 'this is no record as an export writes it', { seq: expected });
    if (seq < expected) throw new Fault('out_of_order', `record ${seq} comes after ${expected - 1}`, { seq });
    this.#early = { line: this.lines, seq, expected };
  }

  #checkpoint(text: string): void {
    const one = parseCheckpoint(text);
    if (one === null || one.organisation !== this.#header?.organisation)
      throw new Fault('changed', 'this is no checkpoint of the chain');
    this.#signed(one);
    if (one.seq > this.#before.seq)
      throw new Fault('missing', `there is a checkpoint of record ${one.seq}, but the record is not there`, {
        seq: one.seq,
      });
    if (one.seq < this.#before.seq)
      throw new Fault('out_of_order', 'the checkpoint stands elsewhere', { seq: one.seq });
    if (one.hash !== this.#before.hash)
      throw new Fault('rewritten', `record ${one.seq} had another hash at ${one.at}`, { seq: one.seq });
    this.#checkpoints += 1;
    this.#checkpointsHash.update(`${text}\n`);
  }

  /** Checkpoints of earlier keys can't be checked here; they are compared all the same. */
  #signed(one: Checkpoint): void {
    if (one.keyId !== this.#verifier?.keyId) return;
    if (!this.#verifier.verify(checkpointText(one), one.signature))
      throw new Fault('wrong_signature', 'the signature of the checkpoint does not hold', { seq: one.seq });
  }

  #end(text: string): void {
    const end = parseEnd(text);
    const { seq } = this.#before;
    if (end === null) throw new Fault('changed', 'this is no last line as an export writes it', { seq });
    if (end.keyId !== this.#verifier?.keyId || !this.#verifier.verify(endText(this.#headerHash, end), end.signature))
      throw new Fault('wrong_signature', 'the signature of the export does not hold', { seq });
    if (end.last.seq !== seq || end.records !== this.#records || end.last.hash !== this.#before.hash)
      throw new Fault('missing', `the export ended with record ${end.last.seq}, here the last is ${seq}`, {
        seq: seq + 1,
      });
    if (end.checkpoints !== this.#checkpoints)
      throw new Fault('missing', `${end.checkpoints - this.#checkpoints} checkpoints are missing`, { seq });
    if (end.checkpointsHash !== this.#checkpointsHash.digest('hex'))
      throw new Fault('changed', 'a checkpoint was changed', { seq });
    if (this.#header?.last !== seq)
      throw new Fault(
        'missing',
        `records up to ${this.#header?.last} were asked for, the database had them up to ${seq}`,
        {
          seq: seq + 1,
        },
      );
    this.#outside?.end(end.head);
    this.#ended = true;
  }

  #seek(line: Buffer, { expected, seq, line: at }: { expected: number; seq: number; line: number }): void {
    if (seqOf(line) === expected)
      throw new Fault('out_of_order', `record ${seq} comes before ${expected}`, { line: at, seq });
  }

  #stand(point: ChainPoint): void {
    this.#before = point;
    this.#beforeBytes = Buffer.from(point.hash, 'hex');
  }
}

const HASH_BYTES = 32;
/** `{"s` of `{"seq":`. */
const LETTER_S = 0x73;

function verifierOf(header: ParsedHeader): Verifier {
  let verifier: Verifier | null = null;
  try {
    verifier = createVerifier(header.publicKey);
  } catch {
    // told below
  }
  if (verifier === null || verifier.keyId !== header.keyId)
    throw new Fault('changed', 'the header has a key that is none, or not the one it names');
  return verifier;
}
