import { describe, expect, test } from 'vitest';
import { createNotifiedCache } from './notified-cache.ts';

/** Loads that the test answers, and notifications that it sends. */
function setUp({ max = 10, sure = true }: { max?: number; sure?: boolean } = {}) {
  const loads: { key: string; answer: (value: string) => void; fail: (error: Error) => void }[] = [];
  let lost: () => void = () => undefined;
  const state = { sure: sure as boolean | Promise<boolean> };
  const cache = createNotifiedCache<string>({
    max,
    load: (key) => new Promise((answer, fail) => loads.push({ key, answer, fail })),
    notifications: {
      sure: () => state.sure,
      onLost: (listener) => {
        lost = listener;
        return () => undefined;
      },
    },
  });
  return { cache, loads, state, lose: () => lost() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a cache that notifications empty', () => {
  test('loads once for many who ask at once, and keeps it', async () => {
    const { cache, loads } = setUp();
    const asked = [cache.get('a'), cache.get('a')];
    await settled();
    expect(loads.map(({ key }) => key)).toEqual(['a']);
    loads[0]?.answer('1');
    expect(await Promise.all(asked)).toEqual(['1', '1']);
    expect(await cache.get('a')).toBe('1');
    expect(loads).toHaveLength(1);
  });

  test.each(['forget', 'lose'] as const)(
    'does not keep what was being loaded at the time of a %s, nor gives it to who asks later',
    async (how) => {
      const { cache, loads, lose } = setUp();
      const early = cache.get('a');
      await settled();
      if (how === 'forget') cache.forget('a');
      else lose();
      const late = cache.get('a');
      await settled();
      expect(loads).toHaveLength(2);
      loads[1]?.answer('new');
      expect(await late).toBe('new');
      loads[0]?.answer('old');
      expect(await early).toBe('old');
      expect(await cache.get('a')).toBe('new');
    },
  );

  test('forgets one entry, or all when something was missed', async () => {
    const { cache, loads, lose } = setUp();
    for (const key of ['a', 'b']) {
      const asked = cache.get(key);
      await settled();
      loads.at(-1)?.answer(key);
      await asked;
    }
    cache.forget('a');
    expect(await cache.get('b')).toBe('b');
    lose();
    void cache.get('b');
    void cache.get('a');
    await settled();
    expect(loads.map(({ key }) => key)).toEqual(['a', 'b', 'b', 'a']);
  });

  test('while it is not sure loads for everybody alone and keeps nothing', async () => {
    const { cache, loads, state } = setUp({ sure: false });
    const asked = [cache.get('a'), cache.get('a')];
    await settled();
    expect(loads).toHaveLength(2);
    for (const load of loads) load.answer('1');
    await Promise.all(asked);
    state.sure = Promise.resolve(true);
    void cache.get('a');
    await settled();
    expect(loads).toHaveLength(3);
  });

  test('keeps no failure', async () => {
    const { cache, loads } = setUp();
    const asked = cache.get('a');
    await settled();
    loads[0]?.fail(new Error('away'));
    await expect(asked).rejects.toThrow('away');
    const again = cache.get('a');
    await settled();
    loads[1]?.answer('1');
    expect(await again).toBe('1');
  });

  test('holds no more than its bound', async () => {
    const { cache, loads } = setUp({ max: 2 });
    for (const key of ['a', 'b', 'c']) {
      const asked = cache.get(key);
      await settled();
      loads.at(-1)?.answer(key);
      await asked;
    }
    await cache.get('c');
    expect(loads).toHaveLength(3);
    void cache.get('a');
    await settled();
    expect(loads).toHaveLength(4);
  });
});
