import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expandFiles } from './expand-files.ts';
import { globPattern } from './glob-pattern.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'weir-expand-'));
  for (const file of [
    'a.yaml',
    'b.yml',
    'c.txt',
    'sub/d.yaml',
    'sub/deep/e.yaml',
    'sub/deep/f.yml',
    '.hidden/g.yaml',
    'node_modules/h/i.yaml',
  ]) {
    await mkdir(dirname(join(cwd, file)), { recursive: true });
    await writeFile(join(cwd, file), '');
  }
});
afterAll(() => rm(cwd, { recursive: true }));

const expand = async (...patterns: string[]): Promise<string[]> =>
  (await expandFiles({ cwd, patterns, wanted: (name) => name.endsWith('.yaml') })).map((file) =>
    relative(cwd, file.path),
  );

test.each([
  ['*.yaml', ['a.yaml']],
  ['**/*.yaml', ['a.yaml', 'sub/d.yaml', 'sub/deep/e.yaml']],
  ['sub/**/*.{yaml,yml}', ['sub/d.yaml', 'sub/deep/e.yaml', 'sub/deep/f.yml']],
  ['sub/*/e.yaml', ['sub/deep/e.yaml']],
  ['?.y*ml', ['a.yaml', 'b.yml']],
  ['[ab].*', ['a.yaml', 'b.yml']],
])('the pattern %s', async (pattern, expected) => {
  expect(await expand(pattern)).toEqual(expected);
  expect(await expand(join(cwd, pattern))).toEqual(expected);
});

test('a folder means the wanted files in and under it; a named file is taken as it is, once', async () => {
  expect(await expand('sub')).toEqual(['sub/d.yaml', 'sub/deep/e.yaml']);
  expect(await expand('c.txt', './c.txt')).toEqual(['c.txt']);
});

test('what is not there is a mistake of the command line', async () => {
  await expect(expand('nope.yaml')).rejects.toMatchObject({
    message: 'There is no file or folder nope.yaml.',
    exit: 2,
  });
  await expect(expand('*.toml')).rejects.toMatchObject({ message: 'The pattern *.toml matches no file.', exit: 2 });
});

test('characters of regular expressions are plain in a pattern', () => {
  expect(globPattern('a+(b).y').test('a+(b).y')).toBe(true);
  expect(globPattern('a.y').test('axy')).toBe(false);
  expect(globPattern('*.y').test('dir/a.y')).toBe(false);
  expect(globPattern('[!a].y').test('a.y')).toBe(false);
});
