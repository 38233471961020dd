import type { AuditContext, AuditEntry } from '../audit/entry.ts';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import { newExecutionId } from '../executions/execution-id.ts';
import { Problem } from '../problems/problem.ts';
import { change } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { deployments } from '../store/schema/index.ts';
import { readEnvironments, unknownEnvironment } from './create-environments.ts';
import type { ChangeOptions, Deployed, Deployment } from './deployments.ts';
import type { Environment } from './environments.ts';
import { type FlowRow, lockFlow, revisionsOf } from './lock-flow.ts';
import { notifyDeployments } from './notify-deployments.ts';

/** What a change is decided on; all of it holds until it is made. */
export interface Revising {
  readonly tx: Queries;
  readonly organisation: string;
  readonly flow: FlowRow;
  readonly environment: Environment;
  readonly latest: Deployment | null;
}
/** What is to run. */
export type NextRevision = Pick<Deployment, 'versions' | 'splitKey' | 'rolledBackTo' | 'comment'>;

export interface Revision {
  readonly flow: string;
  readonly environment: string;
  readonly action: 'deployment.create' | 'deployment.rollback' | 'deployment.remove';
  readonly next: (revising: Revising) => Promise<NextRevision>;
}

/**
 * Adds a revision under a lock of the flow: two deployers follow each other, the second sees what the first one did. What runs like
 * that already is given as it is. Tells every process with the commit. Throws flow_not_found, environment_not_found,
 * version_conflict, and what `next` throws.
 */
export function revise(
  database: Pick<Database, 'db'>,
  context: AuditContext,
  { flow: ref, environment: name, action, next }: Revision,
  { ifRevision }: ChangeOptions,
): Promise<Deployed> {
  const { organisation } = context.principal;
  return change(database, context, async (tx, record) => {
    const flow = await lockFlow(tx, organisation, ref);
    const environment =
      (await readEnvironments(tx, organisation)).find((one) => one.name === name) ?? unknownEnvironment(name);
    const [latest = null] = await revisionsOf(tx, { organisation, environment: name, flow }, { limit: 1 });
    const seen = latest?.revision ?? 0;
    if (ifRevision !== undefined && ifRevision !== seen)
      throw new Problem(
        'version_conflict',
        `The deployment of ${flow.name} in ${name} is at revision ${seen} by now, not ${ifRevision}. Look at it, and send If-Match: "${seen}".`,
        { extra: { revision: seen } },
      );
    const wanted = await next({ tx, organisation, flow, environment, latest });
    if (latest !== null && sameSplit(latest, wanted)) return { ...latest, changed: false };
    const made: Deployment = {
      ...wanted,
      id: newExecutionId(context.now),
      flow: flow.name,
      environment: name,
      revision: seen + 1,
      createdAt: new Date(context.now),
      createdBy: context.principal.id,
      createdByName: context.principal.name,
    };
    const { flow: _name, createdByName: _by, ...row } = made;
    await tx.insert(deployments).values({ ...row, organisation, flowId: flow.id });
    await notifyDeployments(tx, { organisation, flow: flow.name });
    record(entryOf(action, made));
    return { ...made, changed: true };
  });
}

/** Whether executions would get the same versions. One version runs whatever its weight and key. */
export function sameSplit(
  a: Pick<Deployment, 'versions' | 'splitKey'>,
  b: Pick<Deployment, 'versions' | 'splitKey'>,
): boolean {
  return canonicalJson(splitOf(a)) === canonicalJson(splitOf(b));
}

function splitOf({ versions, splitKey }: Pick<Deployment, 'versions' | 'splitKey'>) {
  if (versions.length < 2) return { versions: versions.map(({ version }) => version) };
  return { versions: [...versions].sort((a, b) => (a.version < b.version ? -1 : 1)), splitKey };
}

function entryOf(action: Revision['action'], made: Deployment): AuditEntry {
  const { flow, environment, revision, versions, splitKey, rolledBackTo } = made;
  return {
    action,
    subject: { type: 'deployment', id: `${flow}/${environment}` },
    details: {
      flow,
      environment,
      revision,
      versions: versions.map(({ version, weight }) => ({ version, weight })),
      split_by_key: splitKey !== null,
      ...(rolledBackTo !== null && { rolled_back_to: rolledBackTo }),
    },
  };
}
