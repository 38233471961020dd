import { lt } from 'drizzle-orm';
import { Problem } from '../problems/problem.ts';
import { deployments } from '../store/schema/index.ts';
import { refuseArchived } from './deploy.ts';
import type { Deployment } from './deployments.ts';
import { revisionsOf } from './lock-flow.ts';
import { type NextRevision, type Revising, sameSplit } from './revise.ts';

/** Revisions looked through for one to go back to: far more than anybody deploys in vain. */
const MAX_LOOKED_AT = 1_000;

/**
 * What a rollback means now. Without `to`: the last revision before the one that runs which ran something else. What runs
 * after a rollback counts as the revision it went back to, so two rollbacks go two steps back, not back and forth. Throws
 * not_deployed, flow_archived.
 */
export function rollBack({ to }: { readonly to?: number }): (revising: Revising) => Promise<NextRevision> {
  return async (revising) => {
    refuseArchived(revising);
    const { latest, flow, environment } = revising;
    if (latest === null)
      throw new Problem('not_deployed', `Nothing of ${flow.name} was ever deployed in ${environment.name}.`);
    const target = to === undefined ? await before(revising, latest) : await at(revising, to);
    return {
      versions: target.versions,
      splitKey: target.splitKey,
      rolledBackTo: target.revision,
      comment: target.comment,
    };
  };
}

async function before(revising: Revising, latest: Deployment): Promise<Deployment> {
  const origin = await originOf(revising, latest);
  const earlier = await revisionsOf(revising.tx, placeOf(revising), {
    where: lt(deployments.revision, origin.revision),
    limit: MAX_LOOKED_AT,
  });
  // What is undeployed has no other side to differ from: what ran last comes back.
  const found = earlier.find((one) => one.versions.length > 0 && !sameSplit(one, latest));
  if (found === undefined)
    throw new Problem(
      'not_deployed',
      `Nothing else ran of ${revising.flow.name} in ${revising.environment.name} before revision ${origin.revision}.`,
    );
  return found;
}

/** The revision that a chain of rollbacks goes back to in the end: each leads to a lower one. */
async function originOf(revising: Revising, from: Deployment): Promise<Deployment> {
  let origin = from;
  while (origin.rolledBackTo !== null) origin = await revision(revising, origin.rolledBackTo);
  return origin;
}

async function at(revising: Revising, to: number): Promise<Deployment> {
  const found = await revision(revising, to);
  if (found.versions.length === 0)
    throw new Problem('not_deployed', `Revision ${to} took the flow out of the environment; there is nothing to run.`);
  return found;
}

async function revision(revising: Revising, number: number): Promise<Deployment> {
  const [found] = await revisionsOf(revising.tx, placeOf(revising), {
    where: lt(deployments.revision, number + 1),
    limit: 1,
  });
  if (found?.revision === number) return found;
  throw new Problem(
    'not_deployed',
    `The deployment of ${revising.flow.name} in ${revising.environment.name} has no revision ${number}.`,
  );
}

const placeOf = ({ organisation, environment, flow }: Revising) => ({
  organisation,
  environment: environment.name,
  flow,
});
