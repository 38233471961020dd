import { describe, expect, test } from 'vitest';
import { weir } from './testing/fake-io.ts';
import { answer, type Handler } from './testing/fake-server.ts';
import { deployment, split } from './testdata/sample-deployment.ts';
import { serving } from './testdata/serving.ts';

const room = serving();
const { serve } = room;
const respond =
  (body: unknown, status = 200): Handler =>
  (_, response) =>
    answer(response, body, status);
const bodies = (): unknown[] =>
  (room.server?.requests ?? []).map((request) => (request.body === '' ? null : JSON.parse(request.body)));

describe('what runs where', () => {
  test.each<[readonly string[], string, unknown, unknown, string]>([
    [
      ['deploy', 'pay', '--env', 'prod'],
      'PUT /flows/pay/deployments/prod',
      { version: '*' },
      deployment,
      '✓ pay in prod: 1.2.0 (revision 3)\n',
    ],
    [
      ['deploy', 'pay@^1.2', '--env', 'prod', '--comment', 'fix'],
      'PUT /flows/pay/deployments/prod',
      { version: '^1.2', comment: 'fix' },
      deployment,
      '✓ pay in prod: 1.2.0 (revision 3)\n',
    ],
    [
      ['deploy', 'pay', '--env', 'prod', '--split', '1.2.0=90,1.3.0=10', '--key', '$input.id'],
      'PUT /flows/pay/deployments/prod',
      {
        versions: [
          { version: '1.2.0', weight: 90 },
          { version: '1.3.0', weight: 10 },
        ],
        split_key: '$input.id',
      },
      split,
      '✓ pay in prod: 1.2.0 90 %, 1.3.0 10 % by $input.id (revision 3), as before\n',
    ],
    [
      ['undeploy', 'pay', '--env', 'prod'],
      'DELETE /flows/pay/deployments/prod',
      null,
      { ...deployment, versions: [] },
      '✓ pay in prod: nothing (revision 3)\n',
    ],
    [
      ['rollback', 'pay', '--env', 'prod'],
      'POST /flows/pay/deployments/prod/rollback',
      {},
      { ...deployment, rolled_back_to: 1 },
      '✓ pay in prod: 1.2.0 (revision 3, as revision 1)\n',
    ],
    [
      ['rollback', 'pay', '--env', 'prod', '--to', '2'],
      'POST /flows/pay/deployments/prod/rollback',
      { to: 2 },
      deployment,
      '✓ pay in prod: 1.2.0 (revision 3)\n',
    ],
    [
      [
        'environments',
        'set',
        'prod',
        '--promotes-from',
        'none',
        '--runs-latest',
        'false',
        '--config',
        '{"a":1}',
        '--rank',
        '2',
      ],
      'PUT /environments/prod',
      { config: { a: 1 }, promotes_from: null, runs_latest: false, rank: 2 },
      { name: 'prod' },
      '✓ prod is set.\n',
    ],
    [
      ['clone', 'pay@1.2.0', 'pay-eu'],
      'POST /flows/pay/clone',
      { name: 'pay-eu', version: '1.2.0' },
      { flow: 'pay-eu', version: '1.0.0' },
      '✓ pay-eu 1.0.0, made from pay@1.2.0.\n',
    ],
    [['archive', 'pay', '--yes', '--force'], 'DELETE /flows/pay', null, null, '✓ Archived pay.\n'],
    [
      ['grants', 'give', '--group', 'support', '--role', 'operator', '--flow', 'pay'],
      'POST /grants',
      { role: 'operator', on: { kind: 'flow', flow: 'pay' }, subject: { kind: 'group', id: 'support' } },
      { id: 'g1', role: 'operator', on: { kind: 'flow', flow: 'pay' }, subject: { kind: 'group', id: 'support' } },
      '✓ group support is operator on the flow pay. Grant g1\n',
    ],
    [['grants', 'take', 'g1'], 'DELETE /grants/g1', null, null, '✓ Grant g1 is gone.\n'],
    [['tokens', 'revoke', 't1'], 'DELETE /tokens/t1', null, { id: 't1', name: 'ci' }, '✓ Revoked ci.\n'],
    [
      ['users', 'disable', 'user:ada', '--keep-tokens'],
      'POST /users/user%3Aada/disable',
      { revoke_tokens: false },
      { name: 'Ada' },
      '✓ Ada is refused from now on.\n',
    ],
    [
      ['templates', 'use', 'approval', '--flow', 'refund', '--parameters', '{"to":"x"}'],
      'POST /templates/approval/flows',
      { flow: 'refund', parameters: { to: 'x' } },
      { flow: 'refund', version: '1.0.0' },
      '✓ refund 1.0.0, made from the template approval.\n',
    ],
  ])('weir %j', async (argv, route, body, found, stdout) => {
    const options = await serve({
      [route]: found === null ? (_, response) => void response.writeHead(204).end() : respond(found),
    });
    expect(await weir(argv, options)).toEqual({ code: 0, stdout, stderr: '' });
    expect(bodies()).toEqual([body]);
    const json = await weir([...argv, '--json'], options);
    expect(JSON.parse(json.stdout)).toMatchObject(found === null ? {} : (found as object)); // a row's own answer
  });

  test.each([
    [['deploy', 'pay'], '--env is missing'],
    [['deploy', 'pay@', '--env', 'prod'], 'is not FLOW or FLOW@VERSION'],
    [['deploy', 'pay@1.0.0', '--env', 'prod', '--split', '1.0.0=1'], 'exclude each other'],
    [['deploy', 'pay', '--env', 'prod', '--key', '$input.id'], '--key goes with --split'],
    [['deploy', 'pay', '--env', 'prod', '--split', '1.0.0'], 'is not VERSION=WEIGHT'],
    [['deploy', 'pay', '--env', 'prod', '--split', '1.0.0=0'], 'is not VERSION=WEIGHT'],
    [['environments', 'set', 'prod'], 'Say what to set'],
    [['environments', 'set', 'prod', '--runs-latest', 'maybe'], 'Allowed choices are true, false'],
    [['tokens', 'create', 'ci'], '--role is missing'],
    [['tokens', 'create', 'ci', '--role', 'root'], 'There is no role "root"'],
    [['tokens', 'create', 'ci', '--role', 'admin', '--flow', 'a', '--category', 'b'], 'exclude each other'],
    [['tokens', 'creat', 'ci'], 'too many arguments'],
    [['grants', 'give', '--role', 'admin'], 'Say to whom'],
    [['executions', 'cancel'], 'Say which executions'],
    [['executions', 'cancel', '--all', '--expect', 'x'], '--expect takes a whole number'],
    [['executions', '--until', 'soon'], '--until takes a length of time'],
  ])('a wrong command line sends nothing: weir %j', async (argv, message) => {
    const { code, stderr } = await weir(argv, await serve({}));
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(room.server?.requests).toEqual([]);
  });
});

describe('what is shown once', () => {
  test.each([
    [
      ['tokens', 'create', 'ci', '--role', 'author,operator', '--category', 'shop', '--expires', '30d'],
      'POST /tokens',
      {
        id: 't1',
        name: 'ci\u001b[2J',
        grants: [{ role: 'author', on: { kind: 'category', category: 'shop' } }],
        expires_at: null,
        secret: 'weir_x',
      },
    ],
    [['orgs', 'create', 'acme', '--title', 'Acme'], 'POST /organisations', { id: 'acme', owner_token: 'weir_x' }],
  ])('weir %j: alone on standard output', async (argv, route, made) => {
    const options = await serve({ [route]: respond(made, 201) });
    const run = await weir(argv, options);
    expect(run).toMatchObject({ code: 0, stdout: 'weir_x\n' });
    expect(run.stderr).not.toMatch(/weir_x|\u001b/);
    expect(JSON.parse((await weir([...argv, '--json'], options)).stdout)).toEqual(made);
    expect(bodies()[0]).toMatchObject(
      route.includes('tokens')
        ? {
            expires_in: '30d',
            grants: [{ role: 'author', on: { kind: 'category', category: 'shop' } }, { role: 'operator' }],
          }
        : { id: 'acme', title: 'Acme' },
    );
  });
});
