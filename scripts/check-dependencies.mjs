// Runs dependency-cruiser on what is left at run time. It can read types only with TypeScript's JavaScript API, which
// version 7 lacks, so it is given a copy of the sources with the types taken out: type-only imports are free to go anywhere.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
mkdirSync(join(root, 'dist'), { recursive: true });
// Below the checkout, so that packages resolve as they do for the originals.
const copy = mkdtempSync(join(root, 'dist', '.imports-'));
try {
  for (const folder of ['src', 'temporal', 'postgres', 'test', 'examples']) strip(folder);
  for (const file of ['package.json', '.dependency-cruiser.cjs']) cpSync(join(root, file), join(copy, file));
  const depcruise = join(root, 'node_modules', '.bin', 'depcruise');
  const { status } = spawnSync(
    depcruise,
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', 'src', 'temporal', 'postgres'],
    {
      cwd: copy,
      stdio: 'inherit',
    },
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}

/** @param {string} folder */
function strip(folder) {
  for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    const target = join(copy, path);
    mkdirSync(dirname(target), { recursive: true });
    if (/\.(json|[cm]?js)$/.test(name)) cpSync(join(root, path), target);
    if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
    const options = {
      loader: 'ts',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      sourcefile: path,
    };
    writeFileSync(target, transformSync(readFileSync(join(root, path), 'utf8'), /** @type {any} */ (options)).code);
  }
}
