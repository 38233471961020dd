import type { Adapter } from '../src/adapters/adapter.ts';
import { defineManifest } from '../src/adapters/manifest-hash.ts';

/** Gives its params back: a call that costs nothing but the engine. */
export const echoAdapter: Adapter = {
  manifest: defineManifest({
    name: 'bench',
    version: '1.0.0',
    default_action: 'echo',
    actions: {
      echo: { input: { type: 'object' }, output: { type: 'object' }, idempotency: 'safe', completion: 'sync' },
    },
  }),
  actions: { echo: async (params) => params },
};
