import { and, desc, eq, type SQL } from 'drizzle-orm';
import { Problem } from '../problems/problem.ts';
import type { Queries } from '../store/database.ts';
import { deployments, flows } from '../store/schema/index.ts';
import { DEPLOYMENT_COLUMNS } from './current-deployments.ts';
import type { Deployment } from './deployments.ts';

export interface FlowRow {
  readonly id: string;
  readonly name: string;
  readonly archivedAt: Date | null;
}

/** Ids begin with a digit (UUIDv7), names with a letter. */
const FLOW_ID = /^[0-9][0-9a-f]{7}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const COLUMNS = { id: flows.id, name: flows.name, archivedAt: flows.archivedAt };

/** A flow by name (`_` and `-` are one) or id, archived or not. Throws flow_not_found. */
export async function findFlowRow(db: Queries, organisation: string, ref: string): Promise<FlowRow> {
  const [row] = await db.select(COLUMNS).from(flows).where(isFlow(organisation, ref));
  return row ?? unknownFlow(ref);
}

/** The same, held until the transaction ends: deployers of one flow take turns. */
export async function lockFlow(tx: Queries, organisation: string, ref: string): Promise<FlowRow> {
  const [row] = await tx.select(COLUMNS).from(flows).where(isFlow(organisation, ref)).for('no key update');
  return row ?? unknownFlow(ref);
}

/** Revisions of a flow in an environment, newest first. */
export function revisionsOf(
  db: Queries,
  place: { readonly organisation: string; readonly environment: string; readonly flow: FlowRow },
  { where, limit }: { readonly where?: SQL | undefined; readonly limit: number },
): Promise<readonly Deployment[]> {
  return db
    .select(DEPLOYMENT_COLUMNS)
    .from(deployments)
    .innerJoin(flows, and(eq(flows.organisation, deployments.organisation), eq(flows.id, deployments.flowId)))
    .where(
      and(
        eq(deployments.organisation, place.organisation),
        eq(deployments.environment, place.environment),
        eq(deployments.flowId, place.flow.id),
        where,
      ),
    )
    .orderBy(desc(deployments.revision))
    .limit(limit);
}

function isFlow(organisation: string, ref: string): SQL | undefined {
  const named = FLOW_ID.test(ref) ? eq(flows.id, ref) : eq(flows.name, ref.replaceAll('_', '-'));
  return and(eq(flows.organisation, organisation), named);
}

function unknownFlow(ref: string): never {
  throw new Problem('flow_not_found', `There is no flow ${ref}.`);
}
