import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findTemporal } from './find-temporal.ts';

let room: string;
beforeEach(async () => void (room = await mkdtemp(join(tmpdir(), 'weir-find-test-'))));
afterEach(() => rm(room, { recursive: true, force: true }));

async function binary(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'temporal'), '#!/bin/sh\n');
  await chmod(join(folder, 'temporal'), 0o755);
  return join(folder, 'temporal');
}

test('PATH comes first, then the cache; a file that can not be run is passed over', async () => {
  const lines: string[] = [];
  const env = { PATH: join(room, 'path'), XDG_CACHE_HOME: join(room, 'cache') };
  const cached = await binary(join(room, 'cache', 'weir', 'bin'));
  await mkdir(join(room, 'path'));
  await writeFile(join(room, 'path', 'temporal'), 'not to be run', { mode: 0o644 });
  const find = () => findTemporal({ env, log: (line) => lines.push(line) });
  expect(await find()).toBe(cached);
  const onPath = join(room, 'path', 'temporal');
  await chmod(onPath, 0o755);
  expect(await find()).toBe(onPath);
  expect(lines).toEqual([]);
});
