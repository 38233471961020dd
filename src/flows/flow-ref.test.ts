import { expect, test } from 'vitest';
import { parseFlowRef, pickVersion } from './flow-ref.ts';
import { nextVersion } from './version-history.ts';

const of = (...versions: string[]) => versions.map((version) => ({ version }));

test('a reference is a name, or a name and a range; _ and - are one', () => {
  expect(parseFlowRef('customer_support')).toEqual({ name: 'customer-support', range: '*' });
  expect(parseFlowRef('a@^1.0.0')).toEqual({ name: 'a', range: '^1.0.0' });
});

test('the highest version that fits; a pre-release only where asked for, or where there is nothing else', () => {
  expect(pickVersion(of('1.2.0', '1.10.0', '2.0.0-rc.1'), '*')?.version).toBe('1.10.0');
  expect(pickVersion(of('2.0.0-rc.1'), '*')?.version).toBe('2.0.0-rc.1');
  expect(pickVersion(of('1.2.0', '1.10.0', '2.0.0-rc.1'), '>=2.0.0-rc.0')?.version).toBe('2.0.0-rc.1');
  expect(pickVersion(of('1.2.0'), '^2')).toBeUndefined();
  expect(pickVersion(of('1.2.0'), 'wat')).toBeUndefined();
});

test('the next version raises the patch level of the highest', () => {
  expect(nextVersion([])).toBe('1.0.0');
  expect(nextVersion(['1.0.9', '1.0.10', '0.9.0'])).toBe('1.0.11');
});
