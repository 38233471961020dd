import { createHash } from 'node:crypto';
import type { DeployedVersion } from '../store/schema/deployments.ts';

/**
 * The version of a split that a key gets, by weighted rendezvous hashing: each version draws a number for the key, and the best
 * one wins. So the same key gets the same version as long as the weights stay, shares follow the weights, raising one weight moves keys to
 * that version only, and taking a version away moves only its own. `place` (flow and environment) makes splits independent.
 */
export function chooseVersion(versions: readonly DeployedVersion[], place: string, key: string): string | undefined {
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const { version, weight } of versions) {
    // Exponentially distributed with rate `weight`: the smallest of them is of each version by its share.
    const score = -Math.log(draw([place, version, key])) / weight;
    if (score < bestScore) [best, bestScore] = [version, score];
  }
  return best;
}

/** Evenly in (0, 1), by 52 bits of SHA-256. */
function draw(parts: readonly string[]): number {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return (Number(digest.readBigUInt64BE() >> 12n) + 0.5) / 2 ** 52;
}
