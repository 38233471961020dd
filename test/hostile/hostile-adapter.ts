import type { ActionFunction, Adapter } from '../../src/adapters/adapter.ts';
import { manifestHash } from '../../src/adapters/manifest-hash.ts';
import type { Json } from '../../src/dsl/ir/json.ts';

export const LARGE_BYTES = 3 * 2 ** 20;

/** What no honest action gives. The types say JSON; an adapter's author may lie to them. */
const given =
  (make: () => unknown): ActionFunction =>
  async () =>
    make() as Json;
const thrown =
  (make: () => unknown): ActionFunction =>
  async () => {
    // oxlint-disable-next-line typescript/only-throw-error -- the point of it
    throw make();
  };
function circular(): unknown {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  return loop;
}
const deep = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => ({ inner }), 1);

const actions: Readonly<Record<string, ActionFunction>> = {
  echo: async (params) => (params as { readonly value: Json }).value,
  throws_text: thrown(() => 'just a text'),
  throws_nothing: thrown(() => undefined),
  throws_null: thrown(() => null),
  throws_circular: thrown(circular),
  throws_getter: thrown(() => ({
    get message(): string {
      throw new Error('no');
    },
  })),
  function: given(() => () => 1),
  bigint: given(() => ({ n: 1n })),
  nan: given(() => [Number.NaN]),
  infinite: given(() => Number.POSITIVE_INFINITY),
  date: given(() => new Date(0)),
  map: given(() => new Map()),
  circular: given(circular),
  deep: given(() => deep(2_000)),
  undefined: given(() => undefined),
  large: given(() => ({ text: 'x'.repeat(LARGE_BYTES) })),
  too_large: given(() => 'x'.repeat(100 * 2 ** 20)),
  prototype: given(() => JSON.parse('{"__proto__":{"polluted":true},"plain":1}')),
  never: () => new Promise(() => undefined),
};
const manifest = {
  name: 'hostile',
  version: '1.0.0',
  // `missing` is in the manifest and has no code.
  actions: Object.fromEntries(
    [...Object.keys(actions), 'missing'].map((name) => [name, { idempotency: 'safe', completion: 'sync' } as const]),
  ),
};
export const hostileAdapter: Adapter = { manifest: { ...manifest, hash: manifestHash(manifest) }, actions };
