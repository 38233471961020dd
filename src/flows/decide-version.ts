import semver from 'semver';
import type { FlowIr } from '../dsl/ir/flow.ts';
import { nextVersion } from './version-history.ts';

/** What the compiler gives a flow that names no version. */
const NO_VERSION = '0.0.0';

export type VersionDecision =
  /** The content is that of the newest version. */
  | { readonly kind: 'same'; readonly version: string }
  | { readonly kind: 'new'; readonly version: string }
  /** The version named does not go forward. */
  | { readonly kind: 'conflict'; readonly version: string; readonly newest: string };

/**
 * The version that a flow's content gets after the newest there is: the one it names, else the next patch level. Same content
 * makes no version, but a release of what was a pre-release.
 */
export function decideVersion(
  ir: Pick<FlowIr, 'hash' | 'version'>,
  newest: { readonly version: string; readonly hash: string } | null,
): VersionDecision {
  const named = ir.version === NO_VERSION ? null : ir.version;
  if (newest === null) return { kind: 'new', version: named ?? nextVersion([]) };
  const forward = named !== null && semver.gt(named, newest.version);
  if (ir.hash === newest.hash) {
    const release = forward && semver.prerelease(newest.version) !== null && semver.prerelease(named) === null;
    return release ? { kind: 'new', version: named } : { kind: 'same', version: newest.version };
  }
  if (named === null) return { kind: 'new', version: nextVersion([newest.version]) };
  return forward ? { kind: 'new', version: named } : { kind: 'conflict', version: named, newest: newest.version };
}
