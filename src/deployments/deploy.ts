import { and, eq, sql } from 'drizzle-orm';
import { pickVersion } from '../flows/flow-ref.ts';
import { Problem } from '../problems/problem.ts';
import type { DeployedVersion } from '../store/schema/deployments.ts';
import { deployments, flowVersions } from '../store/schema/index.ts';
import type { DeploymentRequest } from './deployments.ts';
import type { NextRevision, Revising } from './revise.ts';
import { splitKeyFaults } from './split-key.ts';

export const MAX_VERSIONS = 10;
export const MAX_WEIGHT = 10_000;
export const MAX_COMMENT_CHARS = 1_000;

/** What a request to deploy means now. Throws invalid_request, flow_archived, version_not_found, promotion_refused. */
export function deploy(request: DeploymentRequest): (revising: Revising) => Promise<NextRevision> {
  refuseFaults(request);
  return async (revising) => {
    refuseArchived(revising);
    const versions = await resolveVersions(revising, request);
    await checkPromotion(revising, versions);
    return { versions, splitKey: request.splitKey ?? null, rolledBackTo: null, comment: request.comment ?? null };
  };
}

export function refuseArchived({ flow }: Pick<Revising, 'flow'>): void {
  if (flow.archivedAt !== null)
    throw new Problem('flow_archived', `Flow ${flow.name} is archived; nothing of it can be deployed.`);
}

function refuseFaults({ versions, splitKey, comment }: DeploymentRequest): void {
  if (versions.length === 0 || versions.length > MAX_VERSIONS)
    throw new Problem('invalid_request', `A deployment has 1 to ${MAX_VERSIONS} versions, not ${versions.length}.`);
  for (const { version, weight = 1 } of versions)
    if (!Number.isInteger(weight) || weight < 1 || weight > MAX_WEIGHT)
      throw new Problem('invalid_request', `The weight of ${version} is a whole number from 1 to ${MAX_WEIGHT}.`);
  if (comment !== undefined && (comment.length > MAX_COMMENT_CHARS || comment.includes('\u0000')))
    throw new Problem('invalid_request', `A comment has at most ${MAX_COMMENT_CHARS} characters, and no U+0000.`);
  if (splitKey === undefined) return;
  const errors = splitKeyFaults(splitKey);
  if (errors.length > 0)
    throw new Problem('invalid_request', `\`split_key\`: ${errors.map(({ message }) => message).join('; ')}.`, {
      errors,
    });
}

async function resolveVersions(
  { tx, organisation, flow }: Revising,
  { versions: wanted }: DeploymentRequest,
): Promise<readonly DeployedVersion[]> {
  const stored = await tx
    .select({ version: flowVersions.version })
    .from(flowVersions)
    .where(and(eq(flowVersions.organisation, organisation), eq(flowVersions.flowId, flow.id)));
  const versions = wanted.map(({ version: range, weight = 1 }) => {
    const found = pickVersion(stored, range);
    if (found === undefined)
      throw new Problem('version_not_found', `Flow ${flow.name} has no version that fits ${range}.`);
    return { version: found.version, weight };
  });
  const twice = versions.find(({ version }, at) => versions.findIndex((one) => one.version === version) !== at);
  if (twice !== undefined)
    throw new Problem('invalid_request', `Version ${twice.version} stands twice in \`versions\`.`);
  return versions;
}

async function checkPromotion(
  { tx, organisation, flow, environment }: Revising,
  versions: readonly DeployedVersion[],
): Promise<void> {
  const { promotesFrom, name } = environment;
  if (promotesFrom === null) return;
  for (const { version } of versions) {
    const [ran] = await tx
      .select({ revision: deployments.revision })
      .from(deployments)
      .where(
        and(
          eq(deployments.organisation, organisation),
          eq(deployments.environment, promotesFrom),
          eq(deployments.flowId, flow.id),
          sql`${deployments.versions} @> ${JSON.stringify([{ version }])}::jsonb`,
        ),
      )
      .limit(1);
    if (ran === undefined)
      throw new Problem(
        'promotion_refused',
        `Version ${version} of ${flow.name} has never been deployed in ${promotesFrom}, which comes before ${name}.`,
        { extra: { version, promotes_from: promotesFrom } },
      );
  }
}
