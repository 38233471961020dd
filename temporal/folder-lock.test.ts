import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tryLock, withFolderLock } from './folder-lock.ts';

let room: string;
beforeEach(async () => void (room = await mkdtemp(join(tmpdir(), 'weir-lock-test-'))));
afterEach(() => rm(room, { recursive: true, force: true }));

/** Above every pid_max (Linux allows 2^22): no such process can live. */
const DEAD = '2147483646';

test('two at once take turns', async () => {
  const lock = join(room, 'lock');
  const order: string[] = [];
  const work = (name: string) =>
    withFolderLock(
      lock,
      () => undefined,
      async () => {
        order.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push(`${name} out`);
      },
    );
  await Promise.all([work('a'), work('b')]);
  expect(
    [order.slice(0, 2), order.slice(2)].map(([enter, leave]) => enter?.slice(0, 1) === leave?.slice(0, 1)),
  ).toEqual([true, true]);
});

const heldBy = { 'a process that died': `${DEAD} 1`, 'an earlier process with the same id': `${process.pid} 1` };
test.each(Object.entries(heldBy))('a lock of %s is taken over', async (_, holder) => {
  const lock = join(room, 'lock');
  await mkdir(lock);
  await writeFile(join(lock, 'pid'), holder);
  expect(await tryLock(lock)).toBe(true);
  expect(await tryLock(lock)).toBe(false);
});
