// An export made without a database, and pieces of it to tamper with.
import { auditRow } from '../append.ts';
import type { AuditRecord } from '../audit-log.ts';
import { genesisHash, recordHash } from '../chain.ts';
import { checkpointLine, signCheckpoint } from '../checkpoint.ts';
import type { AuditEntry } from '../entry.ts';
import { endLine, headerLine, recordLine, sha256 } from '../export/jsonl.ts';
import { type ExportVerdict } from '../export-verdict.ts';
import type { OutsideCheckpoints } from '../outside-checkpoints.ts';
import { createSigner, generateSigningKey, type Signer } from '../signer.ts';
import { verifyExport, type VerifyOptions } from '../verify-export.ts';

export const signer: Signer = createSigner({ privateKeyPem: generateSigningKey() });
const context = {
  principal: { kind: 'user', id: 'user:ada', name: 'Ada', organisation: 'default' },
  requestId: 'r',
  now: 1_700_000_000_000,
} as const;

export function sampleChain(count: number, entry: (n: number) => AuditEntry = sampleEntry): readonly AuditRecord[] {
  const records: AuditRecord[] = [];
  let before = genesisHash('default');
  for (let seq = 1; seq <= count; seq++) {
    const { body } = auditRow(context, entry(seq));
    before = recordHash(before, 'default', seq, body);
    records.push({ seq, body, hash: before });
  }
  return records;
}

function sampleEntry(n: number): AuditEntry {
  return { action: 'flow.update', subject: { type: 'flow', id: `flow-${n}` }, details: { version: `1.0.${n}` } };
}

/** Lines of an export of `records`, with a checkpoint after the second record, without line feeds. */
export function sampleExport(records: readonly AuditRecord[], by: Signer = signer): string[] {
  const created = '2026-01-01T00:00:00.000Z';
  const last = records.at(-1) ?? { seq: 0, hash: genesisHash('default') };
  const header = headerLine({
    organisation: 'default',
    first: 1,
    last: last.seq,
    since: null,
    until: null,
    anchor: { seq: 0, hash: genesisHash('default') },
    created,
    publicKey: by.publicKeyPem,
    keyId: by.keyId,
  });
  const lines = records.flatMap((record) => {
    const at = '2025-12-31T00:00:00.000Z';
    const point = { organisation: 'default', seq: record.seq, hash: record.hash, at };
    return record.seq === 2 ? [recordLine(record), checkpointLine(signCheckpoint(by, point))] : [recordLine(record)];
  });
  const point = { seq: last.seq, hash: last.hash };
  const signed = lines.filter((line) => line.startsWith('{"checkpoint"'));
  const end = {
    records: records.length,
    checkpoints: signed.length,
    checkpointsHash: sha256(signed.map((line) => `${line}\n`).join('')),
    last: point,
    head: point,
  };
  return [header, ...lines, endLine(by, header, end)];
}

/** Verifies lines, or the text of a file. */
export async function verdictOf(
  file: readonly string[] | string | Uint8Array,
  options?: VerifyOptions & { readonly outside?: OutsideCheckpoints; readonly chunk?: number },
): Promise<ExportVerdict> {
  const text = typeof file === 'string' || file instanceof Uint8Array ? file : file.map((line) => `${line}\n`).join('');
  const bytes = Buffer.from(text);
  const size = options?.chunk ?? 65_536;
  return verifyExport(
    (async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
    options,
  );
}
