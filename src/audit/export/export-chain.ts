import { createHash } from 'node:crypto';
import type { Database } from '../../store/database.ts';
import type { AuditFilter, AuditRecord, ExportFormat } from '../audit-log.ts';
import type { ChainPoint } from '../chain.ts';
import { type Checkpoint, checkpointLine } from '../checkpoint.ts';
import { type ChainState, chainState, firstSince, readCheckpoints, readRecords } from '../read-chain.ts';
import type { Signer } from '../signer.ts';
import { CSV_HEADER, csvRows } from './csv.ts';
import { endLine, headerLine, recordLine } from './jsonl.ts';
import { ocsfLine } from './ocsf.ts';

/** Records in memory at a time. A record has at most some 40 KB. */
const PAGE = 500;

/**
 * The chain as it stands now, oldest record first, in chunks of text. Records never change and never go, so that pages up to a
 * head that is read once are one snapshot: no transaction stays open, however slowly the reader takes them.
 */
export async function* exportChain(options: {
  readonly database: Pick<Database, 'db'>;
  readonly organisation: string;
  readonly signer: Signer;
  readonly format: ExportFormat;
  readonly filter: Pick<AuditFilter, 'since' | 'until'>;
}): AsyncGenerator<string> {
  const { database, organisation, signer, format, filter } = options;
  const state = await chainState(database, organisation);
  const range = await rangeOf(database, organisation, state, filter);
  const header = headerLine({
    organisation,
    ...range,
    since: filter.since?.toISOString() ?? null,
    until: filter.until?.toISOString() ?? null,
    created: state.at,
    publicKey: signer.publicKeyPem,
    keyId: signer.keyId,
  });
  if (format === 'jsonl') yield `${header}\n`;
  if (format === 'csv') yield CSV_HEADER;
  let last = range.anchor;
  let records = 0;
  let checkpoints = 0;
  const checkpointsHash = createHash('sha256');
  for (;;) {
    const page = await readRecords(database, organisation, { after: last.seq, last: range.last, limit: PAGE });
    const end = page.at(-1) ?? null;
    const isLast = page.length < PAGE;
    if (format === 'csv') yield csvRows(page);
    if (format === 'ocsf')
      yield page.map((record, at) => `${ocsfLine(organisation, record, page[at - 1]?.hash ?? last.hash)}\n`).join('');
    if (format === 'jsonl') {
      // Those beyond the head are taken along: they tell of records that are no longer there.
      const signed = await allCheckpoints(database, organisation, {
        after: last.seq,
        last: isLast ? (filter.until === undefined ? null : range.last) : (end?.seq ?? null),
      });
      yield interleave(page, signed);
      checkpoints += signed.length;
      for (const one of signed) checkpointsHash.update(`${checkpointLine(one)}\n`);
    }
    records += page.length;
    if (end !== null) last = { seq: end.seq, hash: end.hash };
    if (isLast) break;
  }
  if (format !== 'jsonl') return;
  const end = { records, checkpoints, checkpointsHash: checkpointsHash.digest('hex'), last, head: state.head };
  yield `${endLine(signer, header, end)}
`;
}

async function rangeOf(
  database: Pick<Database, 'db'>,
  organisation: string,
  { head, anchor }: ChainState,
  { since, until }: Pick<AuditFilter, 'since' | 'until'>,
): Promise<{ readonly first: number; readonly last: number; readonly anchor: ChainPoint }> {
  const start = since === undefined ? null : await firstSince(database, organisation, since);
  const stop = until === undefined ? null : await firstSince(database, organisation, until);
  const begin = since === undefined ? anchor.seq + 1 : Math.min(start ?? head.seq + 1, head.seq + 1);
  const first = Math.max(begin, anchor.seq + 1);
  const last = Math.max(Math.min(stop === null ? head.seq : stop - 1, head.seq), first - 1);
  if (first === anchor.seq + 1) return { first, last, anchor };
  const [before] = await readRecords(database, organisation, { after: first - 2, last: first - 1, limit: 1 });
  return {
    first,
    last,
    anchor: before === undefined ? { seq: first - 1, hash: head.hash } : { seq: before.seq, hash: before.hash },
  };
}

async function allCheckpoints(
  database: Pick<Database, 'db'>,
  organisation: string,
  { after, last }: { readonly after: number; readonly last: number | null },
): Promise<readonly Checkpoint[]> {
  const found: Checkpoint[] = [];
  for (let from = after; ; ) {
    const page = await readCheckpoints(database, organisation, { after: from, last, limit: PAGE });
    found.push(...page);
    if (page.length < PAGE) return found;
    from = page.at(-1)?.seq ?? from;
  }
}

/** Each checkpoint right after the record that it is of. */
function interleave(records: readonly AuditRecord[], checkpoints: readonly Checkpoint[]): string {
  let text = '';
  let next = 0;
  const upTo = (seq: number): void => {
    for (let one = checkpoints[next]; one !== undefined && one.seq <= seq; one = checkpoints[++next])
      text += `${checkpointLine(one)}\n`;
  };
  for (const record of records) {
    upTo(record.seq - 1);
    text += `${recordLine(record)}\n`;
    upTo(record.seq);
  }
  upTo(Number.POSITIVE_INFINITY);
  return text;
}
