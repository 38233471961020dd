import { describe, expect, test } from 'vitest';
import { identityOfClaims } from './identity-of-claims.ts';
import type { ClaimsMapping } from './settings.ts';

const identity = (claims: Record<string, unknown>, mapping?: ClaimsMapping) =>
  identityOfClaims({ sub: 's', ...claims }, 'https://idp.example', mapping);

describe('what approvals may call a person', () => {
  test('is the user name and the e-mail address, unless the provider says that it is not verified', () => {
    expect(identity({ preferred_username: 'ada', email: 'a@x.org' }).aliases).toEqual(['ada', 'a@x.org']);
    expect(identity({ email: 'a@x.org', email_verified: true }).aliases).toEqual(['a@x.org']);
    expect(identity({ email: 'boss@x.org', email_verified: false }).aliases).toEqual([]);
  });
  test('is never a name that someone else has: a role, or a name that he only shows', () => {
    expect(identity({ preferred_username: 'admin', name: 'The Boss' }).aliases).toEqual([]);
  });
});

describe('claims', () => {
  test('are found by their whole name before their path', () => {
    const claims = { 'a.b': ['x'], a: { b: ['y'] }, 'https://x.org/groups': ['z'] };
    expect(identity(claims, { groups: 'a.b' }).groups).toEqual(['x']);
    expect(identity({ a: { b: ['y'] } }, { groups: 'a.b' }).groups).toEqual(['y']);
    expect(identity(claims, { groups: 'https://x.org/groups' }).groups).toEqual(['z']);
  });
  test.each(['constructor', '__proto__', 'a.__proto__.x', 'a.constructor.name', 'toString', ''])(
    'are their own, never those of JavaScript: %s',
    (groups) => expect(identity({ a: {} }, { groups }).groups).toEqual([]),
  );
  test('one that names a role is only that where roles are taken from the provider', () => {
    expect(identity({ roles: ['admin'] }).roles).toEqual([]);
    expect(identity({ roles: ['admin', 'admin', 'boss'] }, { roles: 'roles' }).roles).toEqual(['admin']);
    expect(identity({ roles: 'admin' }, { roles: 'roles' }).roles).toEqual(['admin']);
    expect(identity({ roles: ['toString', 'boss'] }, { roles: 'roles', roleMap: { boss: 'viewer' } }).roles).toEqual([
      'viewer',
    ]);
  });
  test('name at most 500 groups', () => {
    expect(identity({ groups: Array.from({ length: 900 }, (_, i) => `g${i}`) }).groups).toHaveLength(500);
  });
});
