import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatManifestProblem, loadManifests, parseManifest } from './load-manifests.ts';
import { createFilePinStore } from './pin-store.ts';
import { createRegistry } from './registry.ts';
import { describedSettingsFromEnv, settingsFromEnv } from './settings-from-env.ts';
import { testContext } from './testdata/context.ts';

const GOOD = `name: crm
version: 1.0.0
base_url: https://crm.example
actions:
  get:
    method: GET
    path: /contacts/{id}
`;
/** Problems as \`line:column message\`. */
const problems = (source: string): string[] =>
  parseManifest('f.yaml', source).problems.map((problem) => `${problem.line}:${problem.column} ${problem.message}`);

describe('an adapter file', () => {
  test('that is sound has no problem', () => {
    expect(parseManifest('f.yaml', GOOD)).toMatchObject({ problems: [], spec: { name: 'crm' } });
  });

  test('shows all its faults at their places', () => {
    expect(
      problems(`name: CRM
version: one
base_url: https://crm.example
actions:
  get:
    methode: GET
    path: contacts
    retry: { attempts: 0 }
`),
    ).toEqual([
      '1:1 /name must match pattern "^[a-z][a-z0-9_]*$"',
      '2:1 /version must match pattern "^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$"',
      '6:5 /actions/get/methode is not a known key. Did you mean `method`?',
      '7:5 /actions/get/path must match pattern "^(/|$)"',
      '8:14 /actions/get/retry/attempts must be >= 1',
    ]);
  });

  test.each([
    ['a missing key', 'name: crm\nversion: 1.0.0\nbase_url: https://x\n', '1:1 /actions is required'],
    [
      'a default action that is not there',
      `${GOOD}default_action: put\n`,
      '8:1 /default_action names no action; there are get',
    ],
    ['an unusable schema', `${GOOD}    input: { type: objekt }\n`, '8:5 /actions/get/input is no usable JSON Schema'],
    [
      'a param in the path that the input does not have',
      `${GOOD}    input: { type: object, additionalProperties: false, properties: { key: {} } }\n`,
      '7:5 /actions/get/path uses the param "id"',
    ],
    [
      'an example that breaks the input',
      `${GOOD}    input: { type: object, properties: { id: { type: integer } } }\n    example:\n      id: x\n`,
      '10:7 /actions/get/example/id must be integer',
    ],
    [
      'a callback schema without a callback',
      `${GOOD}    callback_schema: {}\n`,
      '8:5 /actions/get/callback_schema is used only',
    ],
    ['an auth that is not complete', `${GOOD}auth: { type: bearer }\n`, '8:1 /auth/token is required'],
    [
      'an api key in two places',
      `${GOOD}auth: { type: api_key, header: a, query: b, value: c }\n`,
      '8:1 /auth needs either',
    ],
    [
      'a base address that is none',
      GOOD.replace('https://crm.example', 'crm.example'),
      '3:1 /base_url must begin with',
    ],
    ['broken YAML', 'name: [crm\nversion: 1', '2:'],
    ['a duplicate key', 'name: a\nname: b\n', '2:1 '],
    ['two documents', `${GOOD}---\n${GOOD}`, '1:1 more than one document'],
    ['nothing', '', '1:1 '],
    ['a circle', 'a: &x [*x]', '1:1 '],
    ['a prototype', '__proto__: { a: 1 }', '1:1 the key "__proto__" is refused'],
  ])('%s', (_what, source, wanted) => {
    const found = problems(source);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.startsWith(wanted), found.join('\n')).toBe(true);
  });

  test('a bomb of aliases is refused quickly', () => {
    const bomb = [
      'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
      ...Array.from(
        { length: 9 },
        (_, n) => `a${n + 1}: &a${n + 1} [${Array.from({ length: 10 }, () => `*a${n}`).join(', ')}]`,
      ),
    ].join('\n');
    const begun = Date.now();
    expect(problems(bomb)).toHaveLength(1);
    expect(Date.now() - begun).toBeLessThan(1000);
  });
});

describe('folders and the registry', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weir-adapters-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('a folder that is not there is empty; other files are left alone', async () => {
    await writeFile(join(folder, 'README.md'), 'no adapter');
    expect(await loadManifests([join(folder, 'none'), folder])).toEqual({ specs: [], problems: [] });
  });

  test('the built-in adapters are always there and can not be replaced; a faulty file does not hide the others', async () => {
    await writeFile(join(folder, 'a.yaml'), GOOD);
    await writeFile(join(folder, 'b.yaml'), GOOD.replace('crm', 'http'));
    await writeFile(join(folder, 'c.yaml'), 'name: 1');
    await writeFile(join(folder, 'd.yaml'), GOOD);
    const registry = await createRegistry({ folders: [folder] });
    expect([...registry.manifests.keys()]).toEqual(['http', 'log', 'email', 'crm']);
    expect(registry.manifests.get('http')?.actions['request']).toBeDefined();
    const files = new Set(
      registry.problems.map((problem) => formatManifestProblem(problem).replace(folder, '').split(':')[0]),
    );
    expect(files).toEqual(new Set(['/b.yaml', '/c.yaml', '/d.yaml']));
    await registry.close();
  });

  test('of two folders the first wins', async () => {
    const above = join(folder, 'above');
    await mkdir(above);
    await writeFile(join(folder, 'crm.yaml'), GOOD.replace('1.0.0', '2.0.0'));
    await writeFile(join(above, 'crm.yaml'), GOOD);
    const registry = await createRegistry({ folders: [folder, above] });
    expect(registry.manifests.get('crm')?.version).toBe('2.0.0');
    expect(registry.problems).toEqual([]);
    await registry.close();
  });

  test('described adapters have settings of their own where they are given less', async () => {
    await writeFile(join(folder, 'crm.yaml'), GOOD.replace('https://crm.example', '${env:HOME}'));
    const registry = await createRegistry({
      folders: [folder],
      settings: () => 'x',
      describedSettings: () => undefined,
    });
    const [action] = Object.values((await registry.find('crm'))?.actions ?? {});
    await expect(action?.({ id: '1' }, testContext())).rejects.toMatchObject({ code: 'connection_not_configured' });
    await registry.close();
  });

  test('an execution keeps the description it was checked against, over a reload and a restart', async () => {
    const pins = createFilePinStore(join(folder, 'pins'));
    const adapters = join(folder, 'adapters');
    await mkdir(adapters);
    await writeFile(join(adapters, 'crm.yaml'), GOOD);
    const first = await createRegistry({ folders: [adapters], pins });
    const pin = first.manifests.get('crm')?.hash ?? '';
    await writeFile(join(adapters, 'crm.yaml'), GOOD.replace('1.0.0', '1.1.0'));
    const reloaded = await createRegistry({ folders: [adapters], previous: first });
    const restarted = await createRegistry({ folders: [adapters], pins });
    const forgetful = await createRegistry({ folders: [adapters] });
    expect((await reloaded.find('crm'))?.manifest.version).toBe('1.1.0');
    expect((await reloaded.find('crm', pin))?.manifest.version).toBe('1.0.0');
    expect((await restarted.find('crm', pin))?.manifest.version).toBe('1.0.0');
    expect(await forgetful.find('crm', pin)).toBeUndefined();
    expect((await forgetful.find('http', pin))?.manifest.name).toBe('http');
    expect(await restarted.find('other', pin)).toBeUndefined();
    await Promise.all([first, reloaded, restarted, forgetful].map((registry) => registry.close()));
  });
});

test('settings give out nothing that sounds like a secret', () => {
  const settings = settingsFromEnv({
    WEIR_PEERS_URL: 'u',
    WEIR_SECRET_X: 's',
    WEIR_DATABASE_URL: 'd',
    API_TOKEN: 't',
    AWS_ACCESS_KEY: 'k',
  });
  expect(
    ['WEIR_PEERS_URL', 'WEIR_SECRET_X', 'WEIR_DATABASE_URL', 'API_TOKEN', 'AWS_ACCESS_KEY', 'NONE'].map(settings),
  ).toEqual(['u', undefined, undefined, undefined, undefined, undefined]);
});

test('adapters that organisations describe read what is meant for them, and nothing else of the environment', () => {
  const env = {
    WEIR_ADAPTER_BASE: 'b',
    WEIR_ADAPTER_TOKEN: 't',
    WEIR_PEERS_URL: 'u',
    WEIR_EMAIL_URL: 'smtp://me:hunter2@mail.example',
    HOME: '/root',
  };
  const read = (allowed: readonly string[]) => Object.keys(env).map(describedSettingsFromEnv(env, allowed));
  expect(read([])).toEqual(['b', undefined, undefined, undefined, undefined]);
  expect(read(['WEIR_PEERS_URL'])).toEqual(['b', undefined, 'u', undefined, undefined]);
});
