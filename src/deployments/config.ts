import type { JsonObject } from '../dsl/ir/json.ts';
import type { DeploymentCache } from './deployment-cache.ts';
import { unknownEnvironment } from './create-environments.ts';

/** `$config` by environment: the gateway's `config`. Throws environment_not_found, store_unavailable. */
export function createConfig(
  cache: Pick<DeploymentCache, 'environments'>,
  organisation: string,
): (environment: string) => Promise<JsonObject> {
  return async (environment) => {
    const found = (await cache.environments(organisation)).get(environment);
    return (found ?? unknownEnvironment(environment)).config;
  };
}
