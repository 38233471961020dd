import { expect, test } from 'vitest';
import { decideVersion } from './decide-version.ts';

const NONE = '0.0.0';
const newest = (version: string) => ({ version, hash: 'old' });

test.each([
  ['the first without a version', NONE, 'new', null, 'new 1.0.0'],
  ['the first with one', '0.3.0', 'new', null, 'new 0.3.0'],
  ['other content without a version', NONE, 'new', '1.4.2', 'new 1.4.3'],
  ['other content after a pre-release', NONE, 'new', '2.0.0-rc.1', 'new 2.0.0'],
  ['other content, a version above', '2.0.0', 'new', '1.4.2', 'new 2.0.0'],
  ['other content, the same version', '1.4.2', 'new', '1.4.2', 'conflict 1.4.2'],
  ['other content, a version below', '1.4.1', 'new', '1.4.2', 'conflict 1.4.1'],
  ['other content, a pre-release of what is there', '1.4.2-rc.1', 'new', '1.4.2', 'conflict 1.4.2-rc.1'],
  ['same content', NONE, 'old', '1.4.2', 'same 1.4.2'],
  ['same content, a version above', '2.0.0', 'old', '1.4.2', 'same 1.4.2'],
  ['same content, a version below', '1.0.0', 'old', '1.4.2', 'same 1.4.2'],
  ['same content, the release of a pre-release', '2.0.0', 'old', '2.0.0-rc.1', 'new 2.0.0'],
  ['same content, the next pre-release', '2.0.0-rc.2', 'old', '2.0.0-rc.1', 'same 2.0.0-rc.1'],
])('%s', (_, version, hash, before, expected) => {
  const decision = decideVersion({ version, hash }, before === null ? null : newest(before));
  expect(`${decision.kind} ${decision.version}`).toBe(expected);
});
