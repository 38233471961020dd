import semver from 'semver';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import { findFlow } from '../executions/start-execution.ts';
import { parseFlowRef } from '../flows/flow-ref.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import { Problem } from '../problems/problem.ts';
import type { DeployedVersion } from '../store/schema/deployments.ts';
import { chooseVersion } from './choose-version.ts';
import { unknownEnvironment } from './create-environments.ts';
import type { DeploymentCache, RunningVersions } from './deployment-cache.ts';
import type { ResolveVersion } from './deployments.ts';

export interface ResolveVersionOptions {
  readonly flows: Pick<FlowStore, 'get'>;
  readonly cache: Pick<DeploymentCache, 'environments' | 'deployed'>;
  readonly organisation: string;
}

/** The versions of one organisation, by what is deployed. Cheap to make; from memory it takes no time worth measuring. */
export function createResolveVersion({ flows, cache, organisation }: ResolveVersionOptions): ResolveVersion {
  return async ({ flow, version, environment, input, executionId }) => {
    const ref = parseFlowRef(flow);
    const wanted = version ?? (ref.range === '*' ? undefined : ref.range);
    const name = await nameOf(flows, ref.name);
    const [environments, running] = await Promise.all([
      cache.environments(organisation),
      cache.deployed(organisation, name),
    ]);
    const { runsLatest } = environments.get(environment) ?? unknownEnvironment(environment);
    const here = running.get(environment);
    if (runsLatest && (wanted !== undefined || here === undefined))
      return findFlow(flows, { flow: name, ...(wanted !== undefined && { version: wanted }) });
    const fitting = here === undefined ? [] : fittingVersions(here.versions, wanted);
    const chosen =
      here === undefined
        ? undefined
        : chooseVersion(fitting, `${name}/${environment}`, keyOf(here, { input, executionId }));
    if (chosen === undefined) {
      await findFlow(flows, { flow: name });
      throw notDeployed({ name, environment, wanted, here });
    }
    return findFlow(flows, { flow: name, version: chosen });
  };
}

/** Ids begin with a digit (UUIDv7), names with a letter. */
const FLOW_ID = /^[0-9][0-9a-f]{7}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Deployments are kept by name; an id is looked up. */
async function nameOf(flows: Pick<FlowStore, 'get'>, nameOrId: string): Promise<string> {
  return FLOW_ID.test(nameOrId) ? (await findFlow(flows, { flow: nameOrId })).name : nameOrId;
}

function fittingVersions(deployed: readonly DeployedVersion[], wanted: string | undefined): readonly DeployedVersion[] {
  if (wanted === undefined || wanted === '*' || wanted === 'latest') return deployed;
  return deployed.filter(({ version }) => semver.satisfies(version, wanted));
}

/** An input without a key (missing, null, or the expression fails) goes by the execution, so that such inputs don't all get the same version. */
function keyOf(
  { versions, splitKey }: RunningVersions,
  { input, executionId }: Pick<Parameters<ResolveVersion>[0], 'input' | 'executionId'>,
): string {
  if (versions.length < 2) return '';
  const key = splitKey === null ? null : splitKey(input);
  return key === null ? `execution ${executionId}` : `key ${canonicalJson(key)}`;
}

function notDeployed(what: {
  readonly name: string;
  readonly environment: string;
  readonly wanted: string | undefined;
  readonly here: RunningVersions | undefined;
}): Problem {
  const { name, environment, wanted, here } = what;
  if (here === undefined)
    return new Problem('not_deployed', `No version of flow ${name} is deployed in ${environment}.`);
  const versions = here.versions.map(({ version }) => version).join(', ');
  return new Problem(
    'not_deployed',
    `Flow ${name} runs in ${environment} as ${versions}; nothing deployed there fits ${wanted ?? '*'}.`,
  );
}
