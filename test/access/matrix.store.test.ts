// Every route × role × tenant: who gets in is decided by the pipeline before any handler, on the matched route. Credentials are real
// tokens on a real database; what lies behind the routes is replaced by parts that say "not found", so that getting in shows.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createAuthenticate } from '../../src/api/authenticate.ts';
import type { ControlPlane } from '../../src/api/control-plane.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import type { Route } from '../../src/api/route.ts';
import { allRoutes } from '../../src/api/routes/index.ts';
import { fakeStore, ID, storedFlow } from '../../src/api/testdata/fake-api.ts';
import { type ApiAnswer, type StoreApi, storeApi } from '../../src/api/testdata/store-api.ts';
import { ROLE_PERMISSIONS } from '../../src/auth/authorize.ts';
import { createTokens } from '../../src/auth/create-tokens.ts';
import { type Grant, type Permission, ROLES, systemPrincipal } from '../../src/auth/principal.ts';
import type { ExecutionGateway } from '../../src/executions/gateway.ts';
import { Problem } from '../../src/problems/problem.ts';
import { organisations } from '../../src/store/schema/index.ts';
import { permissionTable } from './permission-table.ts';

const routes = allRoutes({} as ApiDeps); // defining routes touches none of it
const GOLDEN = join(import.meta.dirname, '../../docs/reference/permissions.md');
const FLOWS = [
  storedFlow('flow: shared\ncategory: sales\nsteps:\n  - set: { a: 1 }\n'),
  storedFlow('flow: other\ncategory: hr\nsteps:\n  - set: { a: 1 }\n'),
];

/** Parts that hold nothing: a call that got in ends in a 404. */
const holdsNothing = <T extends object>(known: Partial<T> = {}): T =>
  new Proxy(known, {
    get: (target, name) =>
      Reflect.get(target, name) ?? (() => Promise.reject(new Problem('not_found', 'Nothing here.'))),
  }) as T; // every method is there

async function* nothingToExport(): AsyncGenerator<string> {
  await Promise.reject(new Problem('not_found', 'Nothing here.'));
  yield '';
}

let api: StoreApi;
const secrets = new Map<string, string>();
beforeAll(async () => {
  const audit = holdsNothing<ControlPlane['audit']>({ export: nothingToExport });
  // Every part is there.
  const control = new Proxy(
    { audit },
    { get: (known, name) => Reflect.get(known, name) ?? holdsNothing(), has: () => true },
  ) as unknown as ControlPlane;
  api = await storeApi({
    maintenanceUrl: inject('databaseUrl'),
    control: () => control,
    services: ({ principal }) => ({
      // The second organisation has flows of the same names; nothing is shared.
      flows: fakeStore(principal.organisation === 'default' ? FLOWS : []),
      executions: holdsNothing<ExecutionGateway>({
        flowOf: async (id) => (id === ID && principal.organisation === 'default' ? 'shared' : null),
      }),
      events: holdsNothing(),
    }),
    authenticate: (database) => createAuthenticate({ database, now: Date.now }),
  });
  await api.database.db.insert(organisations).values({ id: 'rival', title: 'Rival' });
  for (const organisation of ['default', 'rival'])
    for (const role of ROLES) await issue(`${organisation} ${role}`, organisation, [{ role, on: { kind: 'all' } }]);
  await issue('on category', 'default', [{ role: 'admin', on: { kind: 'category', category: 'hr' } }]);
  await issue('on flow', 'default', [{ role: 'admin', on: { kind: 'flow', flow: 'other' } }]);
  await issue('on this flow', 'default', [{ role: 'admin', on: { kind: 'flow', flow: 'shared' } }]);
  for (const name of ['expired', 'revoked']) await issue(name, 'default', [{ role: 'admin', on: { kind: 'all' } }]);
  await api.database.db.execute(sql`update tokens set expires_at = now() - interval '1 second' where name = 'expired'`);
  await api.database.db.execute(sql`update tokens set revoked_at = now() where name = 'revoked'`);
});
afterAll(() => api.close());

async function issue(name: string, organisation: string, grants: readonly Grant[]): Promise<void> {
  const owner = systemPrincipal('test', organisation);
  const made = await createTokens({ database: api.database })({
    principal: owner,
    requestId: null,
    now: Date.now(),
  }).create(owner, { name, grants });
  secrets.set(name, made.secret);
}

/** A path and body that the route's own schemas would mostly take; what matters is decided before they are looked at. */
function send(route: Route, headers: Record<string, string>, path = pathOf(route)): Promise<ApiAnswer> {
  const body = route.method === 'get' || route.body === undefined ? undefined : {};
  return api.call(route.method.toUpperCase(), path, body, headers);
}
const VALUES: Readonly<Record<string, string>> = {
  version: '1.0.0',
  env: 'dev',
  environment: 'dev',
  step: 'a',
  token: 'x',
  name: 'shared',
  organisation: 'default',
  revision: '1',
};
const pathOf = (route: Route): string =>
  route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === 'id'
      ? route.access.on === 'execution' || route.path.startsWith('/executions')
        ? ID
        : 'shared'
      : (VALUES[name] ?? ID),
  );
const bearer = (name: string) => ({ authorization: `Bearer ${secrets.get(name)}` });
const permissionOf = ({ access }: Route): Permission | null => ('permission' in access ? access.permission : null);
const gotIn = ({ status }: ApiAnswer): boolean => status !== 401 && status !== 403;

const closed = routes.filter((route) => route.access.on !== 'public');
const label = (route: Route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const;

test('the table of permissions is the one in the documentation', () => {
  const table = permissionTable(routes);
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(GOLDEN, table);
  expect(readFileSync(GOLDEN, 'utf8')).toBe(table);
});

describe('without a good credential nothing gets in', () => {
  const bad: readonly (readonly [string, () => Record<string, string>])[] = [
    ['none', () => ({})],
    ['an expired token', () => bearer('expired')],
    ['a revoked token', () => bearer('revoked')],
    ['a forged token', () => ({ authorization: `Bearer ${secrets.get('default admin')?.slice(0, -4)}AAAA` })],
    ['text that is no token', () => ({ authorization: 'Bearer weir_x' })],
    ['a token signed by nobody', () => ({ authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.' })],
    ['another scheme', () => ({ authorization: 'Basic YWRtaW46YWRtaW4=' })],
    ['an empty one', () => ({ authorization: 'Bearer ' })],
    ['a session of nobody', () => ({ cookie: 'weir_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })],
  ];
  test.each(closed.map(label))('%s', async (_, route) => {
    for (const [what, headers] of bad) {
      const answer = await send(route, headers());
      expect([401, 403], `${what}: ${answer.text}`).toContain(answer.status);
      expect(answer.body.code, what).toMatch(/^(unauthenticated|foreign_origin)$/);
    }
  });
});

describe('with a role, exactly what it permits', () => {
  test.each(closed.map(label))('%s', async (_, route) => {
    const permission = permissionOf(route);
    for (const role of ROLES) {
      const answer = await send(route, bearer(`default ${role}`));
      const allowed = permission === null || ROLE_PERMISSIONS[role].includes(permission);
      expect(gotIn(answer), `${role}: ${answer.status} ${answer.text}`).toBe(allowed);
      if (!allowed)
        expect(answer.body, role).toMatchObject({
          code: 'forbidden',
          detail: expect.stringContaining(permission ?? ''),
        });
    }
  });
});

describe('grants on a category or a flow end at its border', () => {
  test.each(closed.map(label))('%s', async (_, route) => {
    const { on } = route.access;
    for (const name of ['on category', 'on flow', 'on this flow']) {
      const answer = await send(route, bearer(name));
      const allowed =
        on === 'identity' || on === 'some' || ((on === 'flow' || on === 'execution') && name === 'on this flow');
      expect(gotIn(answer), `${name}: ${answer.status} ${answer.text}`).toBe(allowed);
    }
  });
});

describe('another organisation sees nothing of this one', () => {
  test.each(closed.map(label))('%s', async (_, route) => {
    for (const role of ROLES) {
      const answer = await send(route, bearer(`rival ${role}`));
      expect(answer.text, role).not.toMatch(/"flow":"(shared|other)"|category":"(sales|hr)/);
      if (route.access.on === 'flow' || route.access.on === 'execution')
        expect(answer.status, `${role}: ${answer.text}`).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('tricks with the path open nothing', () => {
  const tricks: readonly ((path: string) => string)[] = [
    (path) => `/${path}`,
    (path) => `${path}/`,
    (path) => `${path}/configs`,
    (path) => `${path};x=/healthz`,
    (path) => `${path}%2f..%2fhealthz`,
    (path) => `/healthz/..${path}`,
    (path) => `/healthz/%2e%2e${path}`,
    (path) => path.replace('/', '/%2f'),
    (path) => `${path}?/healthz`,
    (path) => `${path}%00`,
    (path) => path.toUpperCase(),
    (path) => `/./${path.slice(1)}`,
  ];
  test.each(closed.map(label))('%s', async (_, route) => {
    for (const trick of tricks) {
      const path = trick(pathOf(route));
      const answer = await send(route, {}, path);
      expect(answer.status, `${path}: ${answer.text}`).toBeGreaterThanOrEqual(400);
      expect(answer.status, `${path}: ${answer.text}`).toBeLessThan(500);
    }
  });
});
