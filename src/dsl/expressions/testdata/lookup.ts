import type { Json } from '../../ir/json.ts';

const ROOTS: Readonly<Record<string, Json>> = {
  input: {
    n: 5,
    f: 2.5,
    s: 'héy😀',
    yes: true,
    none: null,
    list: [3, 1, 2],
    map: { b: 2, a: 'x' },
    deep: { items: [{ id: 7 }] },
    at: '2026-01-31T08:00:00Z',
    'content-type': 'json',
  },
  skipped: null,
  gather: { posts: { body: { n: 3 } } },
  now: '2026-01-31T09:00:00.000Z',
};
/** What `$input` and the like are in the tests of expressions. */
export const lookup = (root: string): Json | undefined => (Object.hasOwn(ROOTS, root) ? ROOTS[root] : undefined);
