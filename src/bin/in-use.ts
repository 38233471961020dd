import type { DeploymentCache } from '../deployments/deployment-cache.ts';
import { visibilityQuery } from '../executions/visibility-query.ts';
import type { Runs } from '../executions/runs.ts';

/** Running executions counted at most. */
const MANY = 100;

/** Where a flow is in use, in words: what keeps it from being archived. */
export function createInUse(options: {
  readonly deploymentCache: Pick<DeploymentCache, 'deployed'>;
  readonly runsOf: (organisation: string) => Pick<Runs, 'list'>;
}): (flow: { readonly organisation: string; readonly name: string }) => Promise<readonly string[]> {
  const { deploymentCache, runsOf } = options;
  return async ({ organisation, name }) => {
    const deployed = [...(await deploymentCache.deployed(organisation, name)).keys()];
    const query = `${visibilityQuery({ flow: name })} AND ExecutionStatus = 'Running'`;
    const { items, cursor } = await runsOf(organisation).list(query, { size: MANY, cursor: null });
    const running = cursor !== null && items.length >= MANY ? `${MANY} or more` : String(items.length);
    return [
      ...deployed.map((environment) => `deployed in ${environment}`),
      ...(items.length === 0 ? [] : [`${running} ${items.length === 1 ? 'execution is' : 'executions are'} running`]),
    ];
  };
}
