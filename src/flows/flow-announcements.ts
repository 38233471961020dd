import { sql } from 'drizzle-orm';
import type { Queries } from '../store/database.ts';

/** NOTIFY channel of changes to flows and to what they are checked against. */
export const FLOW_CHANNEL = 'weir_flows';

/** What has changed: a flow of an organisation, or (null) what its flows are checked against. */
export interface FlowChange {
  readonly organisation: string;
  readonly flow: string | null;
}

/** Tells every process of a change, when the transaction commits. Belongs into the transaction of each change of flows, adapters and actions. */
export async function announce(tx: Queries, { organisation, flow }: FlowChange): Promise<void> {
  await tx.execute(sql`select pg_notify(${FLOW_CHANNEL}, ${JSON.stringify({ organisation, flow })})`);
}

/** The change that a notification tells of; null for what is none. */
export function readAnnouncement(payload: string): FlowChange | null {
  try {
    const value: unknown = JSON.parse(payload);
    if (value === null || typeof value !== 'object' || !('organisation' in value) || !('flow' in value)) return null;
    const { organisation, flow } = value;
    return typeof organisation === 'string' && (flow === null || typeof flow === 'string')
      ? { organisation, flow }
      : null;
  } catch {
    return null;
  }
}
