import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStateFolder } from './state-folder.ts';

let room: string;
beforeEach(async () => void (room = await mkdtemp(join(tmpdir(), 'weir-state-folder-test-'))));
afterEach(() => rm(room, { recursive: true, force: true }));

test('the callback key is made once and readable by its owner alone', async () => {
  const folder = join(room, '.weir');
  const first = await openStateFolder(folder);
  await first.release();
  const second = await openStateFolder(folder);
  await second.release();
  expect(first.callbackKey).toMatch(/^[0-9a-f]{64}$/);
  expect(second.callbackKey).toBe(first.callbackKey);
  expect((await stat(join(folder, 'callback.key'))).mode & 0o777).toBe(0o600);
});

test('one at a time: a second one is told whom to stop', async () => {
  const folder = join(room, '.weir');
  const first = await openStateFolder(folder);
  await expect(openStateFolder(folder)).rejects.toThrow(`Another weir dev (process ${process.pid})`);
  await first.release();
  await (await openStateFolder(folder)).release();
});

test('without a folder nothing stays behind', async () => {
  const state = await openStateFolder();
  const folder = dirname(state.temporalFile);
  expect(await readdir(folder)).toContain('callback.key');
  await state.release();
  await expect(readdir(folder)).rejects.toThrow('ENOENT');
});
