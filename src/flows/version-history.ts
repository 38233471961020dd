import semver from 'semver';
import type { StoredFlow } from './flow-store.ts';

/** First version of a flow that names none. */
export const FIRST_VERSION = '1.0.0';

/** The version that a flow without one gets after those known: the patch level is raised. `1.0.0` for the first. */
export function nextVersion(known: readonly string[]): string {
  const valid = known.filter((one) => semver.valid(one) !== null);
  const latest = valid.sort(semver.rcompare)[0];
  return latest === undefined ? FIRST_VERSION : (semver.inc(latest, 'patch') ?? FIRST_VERSION);
}

/** Adds a version to those kept, newest first. The same version is replaced, at its place. */
export function withVersion(kept: readonly StoredFlow[], flow: StoredFlow): readonly StoredFlow[] {
  const at = kept.findIndex((one) => one.version === flow.version);
  return at < 0
    ? [flow, ...kept].sort((a, b) => compare(b.version, a.version))
    : kept.map((one, i) => (i === at ? flow : one));
}

function compare(a: string, b: string): number {
  return semver.valid(a) !== null && semver.valid(b) !== null ? semver.compare(a, b) : a < b ? -1 : 1;
}

/** For sorting versions, the highest first. */
export function newestFirst(a: { readonly version: string }, b: { readonly version: string }): number {
  return compare(b.version, a.version);
}
