import { and, desc, eq, isNull, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Queries } from '../store/database.ts';
import { deployments, environments, flows } from '../store/schema/index.ts';
import type { Deployment } from './deployments.ts';

/** Columns of a deployment, for those who select from `deployments` joined with `flows`. */
export const DEPLOYMENT_COLUMNS = {
  id: deployments.id,
  flow: flows.name,
  environment: deployments.environment,
  revision: deployments.revision,
  versions: deployments.versions,
  splitKey: deployments.splitKey,
  rolledBackTo: deployments.rolledBackTo,
  comment: deployments.comment,
  createdAt: deployments.createdAt,
  createdBy: deployments.createdBy,
  createdByName: nameOf(deployments.organisation, deployments.createdBy),
};

function nameOf(organisation: SQLWrapper, actor: SQLWrapper): SQL<string> {
  return sql<string>`coalesce(weir_actor_name(${organisation}, ${actor}), ${actor})`;
}

/**
 * The highest revision of each flow and environment, where something is deployed and the flow is not archived; newest first. Each is
 * one look into the primary key. `where` is on `flows`, `environments` and the `latest` revision; `limit` left out: all. `archived`:
 * those of archived flows too.
 */
export async function currentDeployments(
  db: Queries,
  organisation: string,
  { where, limit, archived }: { readonly where?: SQL | undefined; readonly limit?: number; readonly archived?: true },
): Promise<readonly Deployment[]> {
  const latest = db
    .select()
    .from(deployments)
    .where(
      and(
        eq(deployments.organisation, flows.organisation),
        eq(deployments.environment, environments.name),
        eq(deployments.flowId, flows.id),
      ),
    )
    .orderBy(desc(deployments.revision))
    .limit(1)
    .as('latest');
  const query = db
    .select({
      id: latest.id,
      flow: flows.name,
      environment: latest.environment,
      revision: latest.revision,
      versions: latest.versions,
      splitKey: latest.splitKey,
      rolledBackTo: latest.rolledBackTo,
      comment: latest.comment,
      createdAt: latest.createdAt,
      createdBy: latest.createdBy,
      createdByName: nameOf(flows.organisation, latest.createdBy),
    })
    .from(flows)
    .innerJoin(environments, eq(environments.organisation, flows.organisation))
    .innerJoinLateral(latest, sql`true`)
    .where(
      and(
        eq(flows.organisation, organisation),
        archived === true ? undefined : isNull(flows.archivedAt),
        sql`jsonb_array_length("latest"."versions") > 0`,
        where,
      ),
    )
    .orderBy(desc(latest.createdAt), desc(latest.id));
  return limit === undefined ? query : query.limit(limit);
}
