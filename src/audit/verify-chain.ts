import type { Database } from '../store/database.ts';
import { searchColumns } from './append.ts';
import type { ChainReport } from './audit-log.ts';
import { recordHash } from './chain.ts';
import { type Checkpoint, checkpointText } from './checkpoint.ts';
import { parseBody } from './export/parse-body.ts';
import { chainState, readCheckpoints, readRecords, type SearchColumns } from './read-chain.ts';
import { createVerifier, type Signer } from './signer.ts';

const PAGE = 1_000;
const MAX_FAULTS = 20;

/** Checks the chain of an organisation in the database: every hash, no gap, the columns beside the bodies, head and checkpoints. */
export async function verifyChain(options: {
  readonly database: Pick<Database, 'db'>;
  readonly organisation: string;
  readonly signer: Signer;
}): Promise<ChainReport> {
  const { database, organisation, signer } = options;
  const { head, anchor } = await chainState(database, organisation);
  const checkpoints = await checkpointWalk(options);
  const faults: string[] = [];
  const fault = (text: string): void => {
    if (faults.length < MAX_FAULTS) faults.push(text);
  };
  let before = anchor;
  let records = 0;
  for (;;) {
    const page = await readRecords(database, organisation, { after: before.seq, last: head.seq, limit: PAGE });
    for (const { seq, body, hash, columns } of page) {
      if (seq !== before.seq + 1) fault(`${before.seq + 1} to ${seq - 1}: missing`);
      else if (recordHash(before.hash, organisation, seq, body) !== hash)
        fault(`${seq}: changed, its hash does not fit`);
      const column = changedColumn(body, columns);
      if (column !== null) fault(`${seq}: column ${column} is not what the record says`);
      await checkpoints.at(seq, hash, fault);
      before = { seq, hash };
      records += 1;
    }
    if (page.length < PAGE) break;
  }
  if (before.seq !== head.seq) fault(`${before.seq + 1} to ${head.seq}: missing at the end`);
  else if (before.hash !== head.hash) fault(`${head.seq}: the head of the chain has another hash`);
  await checkpoints.end(head.seq, fault);
  return {
    ok: faults.length === 0,
    records,
    checkpoints: checkpoints.count(),
    faults,
    head,
    keyId: signer.keyId,
  };
}

/** Name of a column that differs from the body; null when none does. */
function changedColumn(body: string, columns: SearchColumns): string | null {
  const { action, outcome, actor, subject, requestId } = parseBody(body);
  const expected: Readonly<Record<string, string | null>> = searchColumns({
    action,
    outcome,
    actor: actor.id,
    type: subject.type,
    subject: subject.id,
    requestId: requestId === '' ? null : requestId,
  });
  return Object.keys(expected).find((name) => expected[name] !== (columns[name] ?? null)) ?? null;
}

/** Checkpoints in step with the records, a page at a time. */
async function checkpointWalk({
  database,
  organisation,
  signer,
}: {
  readonly database: Pick<Database, 'db'>;
  readonly organisation: string;
  readonly signer: Signer;
}) {
  const verifier = createVerifier(signer.publicKeyPem);
  let page: readonly Checkpoint[] = [];
  let next = 0;
  let from = 0;
  let count = 0;
  const peek = async (): Promise<Checkpoint | null> => {
    if (next === page.length) {
      page = await readCheckpoints(database, organisation, { after: from, last: null, limit: PAGE });
      from = page.at(-1)?.seq ?? from;
      next = 0;
    }
    return page[next] ?? null;
  };
  const take = (one: Checkpoint, fault: (text: string) => void): void => {
    next += 1;
    count += 1;
    // Signed with an earlier key: only who has that key can say.
    if (one.keyId !== verifier.keyId) return;
    if (!verifier.verify(checkpointText(one), one.signature)) fault(`${one.seq}: the checkpoint has a wrong signature`);
  };
  // Where no checkpoint is left, nothing more is asked for.
  let current = await peek();
  return {
    count: () => count,
    async at(seq: number, hash: string, fault: (text: string) => void): Promise<void> {
      while (current !== null && current.seq <= seq) {
        take(current, fault);
        if (current.seq === seq && current.hash !== hash)
          fault(`${seq}: the checkpoint of ${current.at} has another hash: the chain was written anew`);
        current = await peek();
      }
    },
    async end(head: number, fault: (text: string) => void): Promise<void> {
      while (current !== null) {
        take(current, fault);
        if (current.seq > head) fault(`${current.seq}: there is a checkpoint of ${current.at}, but no such record`);
        current = await peek();
      }
    },
  };
}
