import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markdownFiles, readDoc, ROOT } from './environment.ts';

/** Text without code, in which brackets mean something else. */
const prose = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** The names that GitHub gives to headings. */
function anchorsOf(file: string): ReadonlySet<string> {
  const headings = readDoc(file)
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('links between Markdown files', () => {
  it.each(markdownFiles())('%s', (file) => {
    const broken = [...prose(readDoc(file)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const to = path === '' ? file : join(dirname(file), path);
        if (!existsSync(join(ROOT, to))) return true;
        return anchor !== undefined && to.endsWith('.md') && !anchorsOf(to).has(anchor);
      });
    expect(broken).toEqual([]);
  });
});

describe('paths in the text', () => {
  // A path in code marks, from a folder of the checkout: `src/dsl/compile.ts`, `src/adapters/<name>/` (checked up to the blank).
  const PATH = /`((?:src|test|docs|examples|scripts|temporal|bench|bin)\/[\w./<>{},*-]*)`/g;
  it.each([
    'ARCHITECTURE.md',
    'README.md',
    'CHANGELOG.md',
    ...markdownFiles().filter((file) => file.startsWith('docs/')),
  ])('%s', (file) => {
    const missing = [...readDoc(file).matchAll(PATH)]
      .map(([, path = '']) => path.replace(/[^/]*[<{*].*$/, ''))
      .filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });

  it('ARCHITECTURE.md has a row for every folder of src', () => {
    const rows = new Set([...readDoc('ARCHITECTURE.md').matchAll(/^\| `([^`]+)`/gm)].map(([, path]) => path));
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => `src/${name}/`).filter((path) => !rows.has(path))).toEqual([]);
  });
});
