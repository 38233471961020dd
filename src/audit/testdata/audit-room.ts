// A database with an audit log, and ways to write to it and to tamper with it.
import { createTestDatabase } from '../../../postgres/test-database.ts';
import { systemPrincipal } from '../../auth/principal.ts';
import { change } from '../../store/change.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import type { AuditLog } from '../audit-log.ts';
import { createAuditLog } from '../create-audit-log.ts';
import type { AuditContext, AuditEntry } from '../entry.ts';
import { signer } from './sample-export.ts';

export interface AuditRoom {
  readonly database: Database;
  readonly url: string;
  /** As the role that the structure belongs to. */
  readonly owner: Database;
  readonly log: (organisation?: string) => AuditLog;
  readonly record: (entries: readonly AuditEntry[], organisation?: string) => Promise<void>;
  /** Runs statements with triggers off: what somebody can do who has the whole database. */
  readonly tamper: (statement: string) => Promise<void>;
  readonly exported: (organisation?: string, filter?: { since?: Date; until?: Date }) => Promise<string>;
  readonly addOrganisation: (id: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export const entryOf = (n: number): AuditEntry => ({
  action: n % 2 === 0 ? 'flow.update' : 'flow.create',
  subject: { type: 'flow', id: `flow-${n}` },
  details: { n },
});

export function contextOf(organisation = 'default'): AuditContext {
  return { principal: systemPrincipal('test', organisation), requestId: crypto.randomUUID(), now: Date.now() };
}

export async function openAuditRoom(maintenanceUrl: string, { max = 4 } = {}): Promise<AuditRoom> {
  const place = await createTestDatabase(maintenanceUrl);
  const database = openDatabase({ url: place.url, max });
  const owner = openDatabase({ url: place.url, max: 1, role: null });
  const logOf = createAuditLog({ database, signer });
  const log: AuditRoom['log'] = (organisation) => logOf(contextOf(organisation));
  return {
    database,
    owner,
    url: place.url,
    log,
    record: (entries, organisation) =>
      change(database, contextOf(organisation), async (_tx, record) => entries.forEach(record)),
    async tamper(statement) {
      await owner.sql.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx.unsafe(statement);
      });
    },
    async exported(organisation, filter = {}) {
      let text = '';
      for await (const chunk of log(organisation).export('jsonl', filter)) text += chunk;
      return text;
    },
    async addOrganisation(id) {
      await owner.sql`insert into organisations (id, title) values (${id}, ${id})`;
    },
    async close() {
      await database.close();
      await owner.close();
      await place.drop();
    },
  };
}
