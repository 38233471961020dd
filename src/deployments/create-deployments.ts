import { and, eq, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import type { AuditContext } from '../audit/entry.ts';
import type { FlowScope } from '../auth/authorize.ts';
import { Problem } from '../problems/problem.ts';
import { read } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { deployments, environments, flows } from '../store/schema/index.ts';
import { readEnvironments, unknownEnvironment } from './create-environments.ts';
import { currentDeployments } from './current-deployments.ts';
import { deploy } from './deploy.ts';
import type { DeploymentCache } from './deployment-cache.ts';
import type { ChangeOptions, Deployed, DeploymentFilter, DeploymentPage, Deployments } from './deployments.ts';
import { findFlowRow, revisionsOf } from './lock-flow.ts';
import { outcomes, type RecentRuns } from './outcomes.ts';
import { revise, type Revision } from './revise.ts';
import { rollBack } from './roll-back.ts';

/** A deployment changed, and is committed. */
export interface DeploymentChange {
  readonly organisation: string;
  readonly flow: string;
  readonly environment: string;
}

export interface DeploymentsOptions {
  readonly database: Pick<Database, 'db'>;
  /** Executions that are not archived yet, of the organisation. */
  readonly recent: (organisation: string) => RecentRuns;
  /** What this process keeps is forgotten at once; others hear of it by NOTIFY. */
  readonly cache?: Pick<DeploymentCache, 'forget'>;
  /**
   * Called after the commit, before the caller is answered; keep it short. The change stands whatever comes of it, and it is not
   * called when the process dies in between: who must not miss one also compares from time to time.
   */
  readonly onChange?: (change: DeploymentChange) => Promise<void> | void;
  /** Default: nothing is logged. */
  readonly log?: (level: 'error', message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** Revisions that a list without a page gives at most. */
const MAX_ITEMS = 10_000;

/** Deployments of the caller's organisation. */
export function createDeployments(options: DeploymentsOptions): (context: AuditContext) => Deployments {
  const { database, cache, onChange, recent, log = () => undefined } = options;
  return (context) => {
    const { organisation } = context.principal;

    async function made(revision: Revision, { ifRevision }: ChangeOptions): Promise<Deployed> {
      const deployed = await revise(database, context, revision, ifRevision === undefined ? {} : { ifRevision });
      if (!deployed.changed) return deployed;
      const { flow, environment } = deployed;
      cache?.forget(organisation, flow);
      try {
        await onChange?.({ organisation, flow, environment });
      } catch (error) {
        log('error', 'what follows a deployment failed', { flow, environment, request_id: context.requestId, error });
      }
      return deployed;
    }

    return {
      current: (filter, page) =>
        read(database, (db) =>
          currentDeployments(db, organisation, { where: whereOf(filter, page), limit: page?.limit ?? MAX_ITEMS }),
        ),
      history: (ref, environment, { limit, before } = { limit: MAX_ITEMS, before: null }) =>
        read(database, async (db) => {
          const flow = await findFlowRow(db, organisation, ref);
          await checkEnvironment(db, organisation, environment);
          const where = before === null ? undefined : lt(deployments.revision, before);
          return revisionsOf(db, { organisation, environment, flow }, { where, limit });
        }),
      async deploy(flow, environment, request, change = {}) {
        return made({ flow, environment, action: 'deployment.create', next: deploy(request) }, change);
      },
      rollBack: (flow, environment, { to, ...change }) =>
        made(
          {
            flow,
            environment,
            action: 'deployment.rollback',
            next: rollBack(to === undefined ? {} : { to }),
          },
          change,
        ),
      undeploy: (flow, environment, change = {}) =>
        made(
          {
            flow,
            environment,
            action: 'deployment.remove',
            next: async ({ latest, flow: row }) => {
              if (latest === null)
                throw new Problem('not_deployed', `No version of ${row.name} was ever deployed in ${environment}.`);
              return { versions: [], splitKey: null, rolledBackTo: null, comment: null };
            },
          },
          change,
        ),
      async outcomes(ref, filter) {
        const flow = await read(database, async (db) => {
          if (filter.environment !== undefined) await checkEnvironment(db, organisation, filter.environment);
          return findFlowRow(db, organisation, ref);
        });
        return outcomes({ database, recent: recent(organisation) }, { ...filter, organisation, flow: flow.name });
      },
    };
  };
}

async function checkEnvironment(db: Queries, organisation: string, name: string): Promise<void> {
  if (!(await readEnvironments(db, organisation)).some((one) => one.name === name)) unknownEnvironment(name);
}

function whereOf({ flow, environment, scope }: DeploymentFilter, page: DeploymentPage | undefined): SQL | undefined {
  const before = page?.before;
  return and(
    flow === undefined ? undefined : eq(flows.name, flow.replaceAll('_', '-')),
    environment === undefined ? undefined : eq(environments.name, environment),
    scope === undefined ? undefined : within(scope),
    before
      ? sql`("latest"."created_at", "latest"."id") < (${before.createdAt.toISOString()}::timestamptz, ${before.id}::uuid)`
      : undefined,
  );
}

/** The flows that a scope reaches, in SQL. */
function within({ all, flows: names, categories }: FlowScope): SQL | undefined {
  if (all) return undefined;
  return (
    or(
      names.size === 0 ? undefined : inArray(flows.name, [...names]),
      categories.size === 0 ? undefined : inArray(flows.category, [...categories]),
    ) ?? sql`false`
  );
}
