import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { transformSync } from 'esbuild';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Files below a folder of the checkout, as paths from its root with `/`. */
export function filesBelow(folder: string, isWanted: (path: string) => boolean): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.split(sep).join('/')}`)
    .filter(isWanted)
    .sort();
}

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** What is left of a TypeScript file at run time: without comments and types, printed in one style. */
export const codeOf = (path: string): string =>
  transformSync(textOf(path), {
    loader: 'ts',
    legalComments: 'none',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  }).code;

const isSource = (path: string): boolean =>
  path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('/testdata/');

/** Everything that enters the workflow bundle; the interpreter's host wirings don't. */
export const SANDBOX = ['src/workflows', 'src/dsl/ir', 'src/dsl/expressions']
  .flatMap((folder) => filesBelow(folder, isSource))
  .filter((path) => !path.startsWith('src/workflows/host/'));
