import type { Deployments } from '../deployments/deployments.ts';
import type { Environments } from '../deployments/environments.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import type { TriggeredFlow } from './triggered-flow.ts';

export interface TriggeredFlowsDeps {
  readonly flows: Pick<FlowStore, 'get' | 'list'>;
  readonly deployments: Pick<Deployments, 'current'>;
  readonly environments: Pick<Environments, 'list'>;
  /** Where a flow that is deployed nowhere has its triggers, if that runs the latest version. Default `dev`. */
  readonly defaultEnvironment?: string;
}

/**
 * The flows of one organisation whose triggers count: each version that is deployed, in its environment; and the latest version of
 * a flow that is deployed nowhere, in the default environment. Only those that have a trigger but `manual`.
 */
export async function triggeredFlows({
  flows,
  deployments,
  environments,
  defaultEnvironment = 'dev',
}: TriggeredFlowsDeps): Promise<readonly TriggeredFlow[]> {
  const [current, places, latest] = await Promise.all([deployments.current({}), environments.list(), flows.list()]);
  const deployed = await Promise.all(
    current.flatMap(({ flow, environment, versions }) =>
      versions.map(async ({ version, weight }): Promise<TriggeredFlow[]> => {
        const ir = (await flows.get(`${flow}@${version}`))?.ir;
        return ir === undefined ? [] : [{ flow: ir, environment, weight, deployed: true }];
      }),
    ),
  );
  const somewhere = new Set(current.map(({ flow }) => flow));
  const runsLatest = places.some(({ name, runsLatest: runs }) => runs && name === defaultEnvironment);
  const elsewhere = runsLatest ? latest.filter(({ name }) => !somewhere.has(name)) : [];
  return [
    ...deployed.flat(),
    ...elsewhere.flatMap(({ ir }): TriggeredFlow[] =>
      ir === undefined ? [] : [{ flow: ir, environment: defaultEnvironment, weight: 1, deployed: false }],
    ),
  ].filter(({ flow }) => flow.triggers.some(({ on }) => on !== 'manual'));
}
