import { change } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditContext } from './entry.ts';
import { exportChain } from './export/export-chain.ts';
import { listRecords } from './read-chain.ts';
import type { Signer } from './signer.ts';
import { verifyChain } from './verify-chain.ts';

export interface AuditLogDeps {
  readonly database: Pick<Database, 'db'>;
  readonly signer: Signer;
}

/** The audit log of the caller's organisation. */
export function createAuditLog({ database, signer }: AuditLogDeps): (context: AuditContext) => AuditLog {
  return (context) => {
    const { organisation } = context.principal;
    return {
      list: (filter, page) => listRecords(database, organisation, filter, page),
      async *export(format, filter) {
        const since = filter.since?.toISOString() ?? null;
        const until = filter.until?.toISOString() ?? null;
        await change(database, context, async (_tx, record) =>
          record({
            action: 'audit.export',
            subject: { type: 'audit', id: organisation },
            details: { format, since, until },
          }),
        );
        yield* exportChain({ database, organisation, signer, format, filter });
      },
      verify: () => verifyChain({ database, organisation, signer }),
    };
  };
}
