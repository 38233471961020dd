import { Problem } from '../problems/problem.ts';
import type { FlowStore, GetOptions, StoredFlow } from './flow-store.ts';

/** A version of a flow by range; `*`: the latest. Throws flow_not_found, version_not_found. */
export async function findVersion(
  flows: Pick<FlowStore, 'get'>,
  ref: string,
  range: string,
  options: GetOptions = {},
): Promise<StoredFlow> {
  const found = await flows.get(range === '*' ? ref : `${ref}@${range}`, options);
  if (found !== undefined) return found;
  if (range === '*' || (await flows.get(ref, options)) === undefined)
    throw new Problem('flow_not_found', `There is no flow ${ref}.`);
  throw new Problem('version_not_found', `Flow ${ref} has no version ${range}.`);
}
