// Routes of access `some` answer anybody with a grant somewhere: what they answer must hold nothing beyond it. The parts behind them are
// the real ones, on a database that also has flows, templates, deployments, schedules and executions which the caller may not read.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ApiDeps } from '../../src/api/deps.ts';
import type { Route } from '../../src/api/route.ts';
import { allRoutes } from '../../src/api/routes/index.ts';
import { type StoreApi, storeApi } from '../../src/api/testdata/store-api.ts';
import type { GrantScope } from '../../src/auth/principal.ts';
import { LOCAL_PRINCIPAL } from '../../src/auth/principal.ts';
import { createDeployments } from '../../src/deployments/create-deployments.ts';
import { createEnvironments } from '../../src/deployments/create-environments.ts';
import { createSchedules } from '../../src/events/create-schedules.ts';
import { createGateway } from '../../src/executions/gateway.ts';
import { description, fakeRuns } from '../../src/executions/testdata/fake-runs.ts';
import { fakeReader } from '../../src/executions/testdata/fake-reader.ts';
import { flowText, partsOf, YAML } from '../../src/flows/testdata/flow-api.ts';
import { Problem } from '../../src/problems/problem.ts';
import type { Database } from '../../src/store/database.ts';

const FLOW = '01890000-0000-7000-8000-00000000000';
const runs = ['shared', 'payroll'].map((flow, at) =>
  description({ executionId: `${FLOW}${at}`, runId: `r${at}`, flow, tags: [`of-${flow}`], startedAt: new Date(1_000) }),
);
/** Temporal's visibility, as far as the filter by flow goes. */
const visibility = fakeRuns({
  async list(query) {
    const names = /WorkflowType (?:IN \((.*?)\)|= (\S+))/.exec(query);
    const wanted = names?.[1] ?? names?.[2];
    return { items: runs.filter(({ flow }) => wanted === undefined || wanted.includes(`'${flow}'`)), cursor: null };
  },
});

let api: StoreApi;
let close: () => Promise<void>;
beforeAll(async () => {
  const made = new WeakMap<Database, ReturnType<typeof partsOf>>();
  const of = (database: Database) => {
    const parts = made.get(database) ?? partsOf(database);
    made.set(database, parts);
    return parts;
  };
  api = await storeApi({
    maintenanceUrl: inject('databaseUrl'),
    services: ({ principal: { organisation } }, database) => {
      const flows = of(database).flows(organisation);
      const reader = { load: async () => Promise.reject(new Problem('execution_not_found', 'There is none.')) };
      return {
        flows,
        executions: createGateway({
          runs: visibility,
          flows,
          reader: { ...fakeReader(), ...reader },
          verifyCallback: () => ({ ok: false, reason: 'forged' }),
          adapters: async () => new Map(),
          requestSlot: async () => 'granted',
        }),
      };
    },
    control: (context, database) => ({
      ...of(database).control(context),
      environments: createEnvironments({ database })(context),
      deployments: createDeployments({ database, recent: () => async () => [] })(context),
      schedules: createSchedules({
        database,
        temporal: { describe: async () => null, trigger: async () => true },
        sync: { apply: async () => null },
        intents: { open: () => Promise.reject(new Error('nothing is to be triggered')), settle: () => undefined },
      })(context),
    }),
  });
  close = () => of(api.database).notifications.close();
  as({ kind: 'all' });
  await api.call('POST', '/flows', flowText('shared', 'category: sales\n'), YAML);
  await api.call('POST', '/flows', flowText('payroll', 'category: hush\ntitle: Severance\ntags: [layoff]\n'), YAML);
  for (const [name, category] of [
    ['open-template', 'sales'],
    ['bonus-template', 'hush'],
  ])
    expect(
      (await api.call('POST', '/templates', { name, category, parameters: {}, source: flowText('x') })).status,
    ).toBe(201);
  for (const flow of ['shared', 'payroll']) {
    expect((await api.call('PUT', `/flows/${flow}/deployments/dev`, { version: '1.0.0' })).status).toBe(200);
    await api.database.sql`
      insert into schedules (organisation, id, environment, flow, position, trigger, updated_at)
      values ('default', ${`weir-schedule:default:dev:${flow}:0`}, 'dev', ${flow}, 0, '{"on":"schedule","schedule":"0 3 * * *"}', now())`;
  }
});
afterAll(async () => {
  await close?.();
  await api?.close();
});

function as(on: GrantScope): void {
  api.principal = { ...LOCAL_PRINCIPAL, kind: 'user', id: 'user:ada', grants: [{ role: 'admin', on }] };
}

const NARROW: readonly GrantScope[] = [
  { kind: 'category', category: 'sales' },
  { kind: 'flow', flow: 'shared' },
];
const HIDDEN = /payroll|hush|severance|layoff|bonus/i;
const some = allRoutes({} as ApiDeps).filter(({ access }) => access.on === 'some'); // defining routes touches none of it
const label = (route: Route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const;

const FILE = { path: 'mine.flow.yaml', content: flowText('mine', 'category: sales\n') };
const BODIES: Readonly<Record<string, readonly unknown[]>> = {
  '/import': [
    { files: [], dry_run: true },
    { files: [], dry_run: true, prune: true },
    { files: [FILE], dry_run: true, prune: true, force: true },
  ],
  '/executions/bulk': [
    { filter: {}, operation: 'cancel', dry_run: true },
    { filter: { flow: 'payroll' }, operation: 'cancel', dry_run: true },
  ],
};
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  '/flows': ['', '?q=pay', '?category=hush', '?tag=layoff', '?archived=true', '?cursor=a'],
  '/executions': ['', '?flow=payroll', '?tag=of-payroll', `?q=${FLOW}`, '?environment=default'],
  '/deployments': ['', '?flow=payroll', '?environment=dev'],
  '/schedules': ['', '?flow=payroll', '?cursor=weir-schedule:default:dev:a:0'],
  '/export': ['', '?q=pay', '?category=hush', '?tag=layoff'],
};

describe.each(NARROW.map((on) => [JSON.stringify(on), on] as const))('with a grant on %s', (_, on) => {
  const whole = some.filter(({ path, method }) => !path.includes('{') && (method === 'get' || path in BODIES));

  test.each(whole.map(label))('%s holds nothing beyond it', async (_name, route) => {
    as(on);
    const bodies = route.method === 'get' ? [undefined] : (BODIES[route.path] ?? []);
    for (const query of QUERIES[route.path] ?? [''])
      for (const body of bodies) {
        const answer = await api.call(route.method.toUpperCase(), `${route.path}${query}`, body);
        expect(answer.status, answer.text).toBeLessThan(500);
        expect(answer.text, query).not.toMatch(HIDDEN);
      }
  });

  test('what is within it is there, so that nothing is hidden by mistake', async () => {
    as(on);
    for (const path of ['/flows', '/executions', '/deployments', '/schedules', '/export'])
      expect((await api.call('GET', path)).text, path).toContain('shared');
    const bulk = { filter: {}, operation: 'cancel', dry_run: true };
    expect((await api.call('POST', '/executions/bulk', bulk)).body).toMatchObject({ count: 1, sample: [`${FLOW}0`] });
  });

  test.each([
    ['GET', '/templates/{}', 'bonus-template', undefined],
    ['DELETE', '/templates/{}', 'bonus-template', undefined],
    ['POST', '/templates/{}/flows', 'bonus-template', { flow: 'mine', parameters: {} }],
    ['POST', '/flows/{}/clone', 'payroll', { name: 'mine' }],
    ['GET', '/schedules/weir-schedule:default:dev:{}:0', 'payroll', undefined],
    ['POST', '/schedules/weir-schedule:default:dev:{}:0/pause', 'payroll', undefined],
    ['POST', '/schedules/weir-schedule:default:dev:{}:0/resume', 'payroll', undefined],
    ['POST', '/schedules/weir-schedule:default:dev:{}:0/trigger', 'payroll', undefined],
    ['GET', '/flows/{}', 'payroll', undefined],
    ['GET', '/flows/{}/deployments', 'payroll', undefined],
    ['POST', '/flows/{}/execute', 'payroll', {}],
  ])('%s %s answers for what is hidden as for what is not there', async (method, path, hidden, body) => {
    as(on);
    const about = async (name: string) => {
      const { status, body: told } = await api.call(method, path.replace('{}', name), body);
      return { status, told: JSON.stringify({ ...told, request_id: '' }).replaceAll(name, '…') };
    };
    const answer = await about(hidden);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer).toEqual(await about('nowhere'));
  });
});

test('every route of access `some` is looked at here, or says nothing of flows', () => {
  const without = [
    '/environments',
    '/environments/{name}',
    '/adapters',
    '/adapters/{name}',
    '/actions',
    '/actions/source',
  ];
  /** flow-grants.store.test.ts and pg-templates.store.test.ts: what is made there is the caller's own. */
  const elsewhere = ['POST /flows', 'POST /flows/validate', 'POST /templates'];
  const looked = [
    /^GET [^{]*$/,
    /^POST \/(import|executions\/bulk)$/,
    /\/(templates|schedules)\/\{/,
    /\/flows\/\{id\}\/clone$/,
  ];
  const open = some
    .map((route) => ({ path: route.path, name: label(route)[0] }))
    .filter(({ path, name }) => !without.includes(path) && !elsewhere.includes(name))
    .filter(({ name }) => !looked.some((one) => one.test(name)));
  expect(open).toEqual([]);
});
