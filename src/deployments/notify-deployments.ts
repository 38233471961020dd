import { sql } from 'drizzle-orm';
import type { Queries } from '../store/database.ts';

export const DEPLOYMENTS_CHANNEL = 'weir_deployments';

/** What a notification is about. Without a flow: the environments of the organisation. */
export interface DeploymentNotice {
  readonly organisation: string;
  readonly flow: string | null;
}

/** Tells every process when the transaction commits. */
export async function notifyDeployments(tx: Queries, notice: DeploymentNotice): Promise<void> {
  await tx.execute(sql`select pg_notify(${DEPLOYMENTS_CHANNEL}, ${JSON.stringify(notice)})`);
}

/** Null for what no process of ours sent. */
export function parseNotice(payload: string): DeploymentNotice | null {
  try {
    const notice: unknown = JSON.parse(payload);
    if (typeof notice !== 'object' || notice === null) return null;
    const { organisation, flow } = notice as Partial<Record<string, unknown>>; // an object; its members are looked at
    if (typeof organisation !== 'string' || (flow !== null && typeof flow !== 'string')) return null;
    return { organisation, flow };
  } catch {
    return null;
  }
}
