import semver from 'semver';

/** `name` or `name@range` taken apart. `range` is `*` when none is given. */
export interface FlowRef {
  readonly name: string;
  readonly range: string;
}

/** Whether this is a flow's id (a UUID), not a name. Ids are UUIDv7 and begin with a digit until the year 7544, names with a letter. */
export function isFlowId(nameOrId: string): boolean {
  return /^[0-9][0-9a-f]{7}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(nameOrId);
}

/** Never fails: a name that can't exist is simply not found. */
export function parseFlowRef(ref: string): FlowRef {
  const at = ref.indexOf('@');
  const name = (at < 0 ? ref : ref.slice(0, at)).replaceAll('_', '-');
  return { name, range: at < 0 ? '*' : ref.slice(at + 1) };
}

/** The highest version that fits `range`; of several equal ones the first. Undefined when none fits or the range is not one. */
export function pickVersion<T extends { readonly version: string }>(
  candidates: readonly T[],
  range: string,
): T | undefined {
  if (range === '*' || range === 'latest')
    return highest(candidates.filter((one) => semver.prerelease(one.version) === null)) ?? highest(candidates);
  if (semver.validRange(range) === null) return undefined;
  return highest(candidates.filter((one) => semver.satisfies(one.version, range)));
}

function highest<T extends { readonly version: string }>(candidates: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const one of candidates) if (best === undefined || semver.gt(one.version, best.version)) best = one;
  return best;
}
