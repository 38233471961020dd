import { describe, expect, test } from 'vitest';
import { LOCAL_PRINCIPAL, type Principal } from '../auth/principal.ts';
import { mayDecide } from './may-decide.ts';

const flow = { flow: 'refund', category: 'money' };
const ada: Principal = {
  kind: 'user',
  id: 'user:ada',
  name: 'boss@example.com',
  organisation: 'default',
  grants: [
    { role: 'operator', on: { kind: 'category', category: 'money' } },
    { role: 'admin', on: { kind: 'flow', flow: 'other' } },
  ],
  aliases: ['Ada@example.com', 'finance'],
};

describe('who may decide an approval', () => {
  test.each<[string[], boolean]>([
    [[], true],
    [['user:ada'], true],
    [['ada@EXAMPLE.com'], true],
    [['someone', 'finance'], true],
    [['role:operator'], true],
    [['role:finance'], true],
    // A role on another flow, a name that people choose for themselves, and a part of a name.
    [['role:admin'], false],
    [['operator'], false],
    [['boss@example.com'], false],
    [['fin'], false],
    [['someone'], false],
  ])('%j: %s', (to, allowed) => {
    expect(mayDecide(ada, to, flow)).toBe(allowed);
  });
  test('whoever sits at a folder may', () => {
    expect(mayDecide(LOCAL_PRINCIPAL, ['someone'], flow)).toBe(true);
  });
});
