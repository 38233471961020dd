import { sql } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import { read } from '../store/change.ts';
import type { AuditFilter, AuditRecord } from './audit-log.ts';
import { type ChainPoint, genesisHash } from './chain.ts';
import type { Checkpoint } from './checkpoint.ts';
import { column } from './append.ts';

type Store = Pick<Database, 'db'>;

/** How the chain of an organisation stands at one moment. */
export interface ChainState {
  /** RFC 3339 by the clock of the database, from before the head was read. */
  readonly at: string;
  readonly head: ChainPoint;
  /** What it begins after: genesis, or the last record that was dropped after its retention time. */
  readonly anchor: ChainPoint;
}

const TIME = sql.raw(`'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`);

export async function chainState(database: Store, organisation: string): Promise<ChainState> {
  const [row] = await read(database, (db) =>
    db.execute<{
      at: string;
      seq: string | null;
      hash: string | null;
      anchor: string | null;
      anchor_hash: string | null;
    }>(sql`
      select to_char(statement_timestamp() at time zone 'UTC', ${TIME}) as at, head.seq, encode(head.hash, 'hex') as hash,
        anchor.seq as anchor, encode(anchor.hash, 'hex') as anchor_hash
      from (values (${organisation})) as of (organisation)
      left join audit_heads as head on head.organisation = of.organisation
      left join lateral (
        select seq, hash from audit_anchors where organisation = of.organisation order by seq desc limit 1
      ) as anchor on true`),
  );
  if (row === undefined) throw new Error('a query over one row gave none');
  const genesis = { seq: 0, hash: genesisHash(organisation) };
  return {
    at: row.at,
    head: row.hash === null ? genesis : { seq: Number(row.seq), hash: row.hash },
    anchor: row.anchor_hash === null ? genesis : { seq: Number(row.anchor), hash: row.anchor_hash },
  };
}

/** Records newest first. */
export async function listRecords(
  database: Store,
  organisation: string,
  filter: AuditFilter,
  { limit, before }: { readonly limit: number; readonly before: number | null },
): Promise<readonly AuditRecord[]> {
  const { action, actor, subjectType, subject, since, until } = filter;
  const conditions = [
    sql`organisation = ${organisation}`,
    ...(before === null ? [] : [sql`seq < ${before}`]),
    ...(action === undefined ? [] : [sql`action = ${column(action)}`]),
    ...(actor === undefined ? [] : [sql`actor = ${column(actor)}`]),
    ...(subjectType === undefined ? [] : [sql`subject_type = ${subjectType}`]),
    ...(subject === undefined ? [] : [sql`subject = ${column(subject)}`]),
    ...(since === undefined ? [] : [sql`at >= ${since.toISOString()}::timestamptz`]),
    ...(until === undefined ? [] : [sql`at < ${until.toISOString()}::timestamptz`]),
  ];
  const rows = await read(database, (db) =>
    db.execute<RawRecord>(sql`
      select seq, body, encode(hash, 'hex') as hash from audit_records
      where ${sql.join(conditions, sql` and `)} order by seq desc limit ${limit}`),
  );
  return rows.map(recordOf);
}

/** Records after `after`, up to `last`, oldest first. */
export async function readRecords(
  database: Store,
  organisation: string,
  { after, last, limit }: { readonly after: number; readonly last: number; readonly limit: number },
): Promise<readonly (AuditRecord & { readonly columns: SearchColumns })[]> {
  const rows = await read(database, (db) =>
    db.execute<RawRecord & SearchColumns>(sql`
      select seq, body, encode(hash, 'hex') as hash, action, outcome, actor, subject_type, subject, request_id
      from audit_records where organisation = ${organisation} and seq > ${after} and seq <= ${last}
      order by seq limit ${limit}`),
  );
  return rows.map(({ seq, body, hash, ...columns }) => ({ ...recordOf({ seq, body, hash }), columns }));
}

/** Seq of the first record appended at or after `at`; null when there is none. */
export async function firstSince(database: Store, organisation: string, at: Date): Promise<number | null> {
  const [row] = await read(database, (db) =>
    db.execute<{ seq: string }>(sql`
      select seq from audit_records where organisation = ${organisation} and at >= ${at.toISOString()}::timestamptz
      order by at, seq limit 1`),
  );
  return row === undefined ? null : Number(row.seq);
}

/** Checkpoints of records after `after`, up to `last`, oldest first. */
export async function readCheckpoints(
  database: Store,
  organisation: string,
  { after, last, limit }: { readonly after: number; readonly last: number | null; readonly limit: number },
): Promise<readonly Checkpoint[]> {
  const rows = await read(database, (db) =>
    db.execute<{ seq: string; hash: string; at: string; key_id: string; signature: string }>(sql`
      select seq, encode(hash, 'hex') as hash, to_char(at at time zone 'UTC', ${TIME}) as at, key_id,
        translate(encode(signature, 'base64'), E'\\n', '') as signature
      from audit_checkpoints where organisation = ${organisation} and seq > ${after}
        ${last === null ? sql`` : sql`and seq <= ${last}`} order by seq limit ${limit}`),
  );
  return rows.map(({ seq, hash, at, key_id, signature }) => ({
    organisation,
    seq: Number(seq),
    hash,
    at,
    keyId: key_id,
    signature,
  }));
}

export interface SearchColumns extends Record<string, unknown> {
  readonly action: string;
  readonly outcome: string;
  readonly actor: string;
  readonly subject_type: string;
  readonly subject: string;
  readonly request_id: string | null;
}
interface RawRecord extends Record<string, unknown> {
  readonly seq: string;
  readonly body: string;
  readonly hash: string;
}
const recordOf = ({ seq, body, hash }: RawRecord): AuditRecord => ({ seq: Number(seq), body, hash });
