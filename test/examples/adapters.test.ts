// The adapters of the example flows, against the local peers: everything a described adapter promises, on real files.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Peers, startPeers } from '../../examples/peers/start-peers.ts';
import type { Adapter } from '../../src/adapters/adapter.ts';
import { type ActionScenario, adapterContractSuite } from '../../src/adapters/testdata/contract-suite.ts';
import { type AdapterRegistry, createRegistry } from '../../src/adapters/registry.ts';
import { testContext } from '../../src/adapters/testdata/context.ts';

const FOLDERS = ['seeds', 'shop'].map((name) =>
  fileURLToPath(new URL(`../../examples/${name}/adapters`, import.meta.url)),
);
let peers: Peers;
let registry: AdapterRegistry;
let key = 0;
beforeAll(async () => {
  peers = await startPeers();
  registry = await createRegistry({
    folders: FOLDERS,
    settings: (name) => (name === 'WEIR_PEERS_URL' ? peers.url : undefined),
    http: { egress: { allow: ['127.0.0.0/8'] } },
  });
});
afterAll(async () => {
  await registry.close();
  await peers.close();
});

function adapterOf(name: string): Adapter {
  const adapter = registry.adapters.get(name);
  if (adapter === undefined) throw new Error(`no adapter ${name}`);
  return adapter;
}

/** The example of an action, with the peer told how to answer when the params are asked for. */
function scenario(adapter: Adapter, action: string, peer: string): ActionScenario {
  const example = adapter.manifest.actions[action]?.example ?? {};
  const planned = (status: number) => {
    peers.fail(peer, [status]);
    return example;
  };
  return {
    get hanging() {
      return planned(0);
    },
    get failing() {
      return planned(503);
    },
    calls: () => peers.calls.length,
  };
}

const PEER_OF: Readonly<Record<string, string>> = {
  accounts: 'accounts',
  ai: 'ai',
  crm: 'crm',
  helpdesk: 'helpdesk',
  iam: 'iam',
  messaging: 'messaging',
  prompt_service: 'prompts',
  retell: 'retell',
  shop: 'shop',
  stripe: 'stripe',
};

for (const [name, peer] of Object.entries(PEER_OF)) {
  adapterContractSuite(name, {
    adapter: () => adapterOf(name),
    context: (over) => testContext({ idempotencyKey: `key-${(key += 1)}`, ...over }),
    scenarios: () =>
      Object.fromEntries(
        Object.keys(adapterOf(name).manifest.actions).map((action) => [
          action,
          scenario(adapterOf(name), action, peer),
        ]),
      ),
  });
}

test('every adapter file of the examples is sound and under the suite', () => {
  expect(registry.problems).toEqual([]);
  expect(Object.keys(PEER_OF).sort()).toEqual(
    [...registry.adapters.keys()].filter((name) => !['http', 'log', 'email'].includes(name)).sort(),
  );
});
