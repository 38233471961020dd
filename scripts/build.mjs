// Builds `dist/<stamp>/`: the program as ES modules with lazily loaded chunks, and the workflow bundle beside it. A build is
// named by its sources and appears whole, so a running program keeps the files it started with.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sourceStamp } from './source-stamp.mjs';

/** Builds kept beside the newest: somebody may still run one. */
const KEPT = 4;

/** @param {{ root: string, stamp?: string, quiet?: boolean }} options */
export async function buildAll({ root, stamp = sourceStamp(root), quiet = false }) {
  const { build } = await import('esbuild');
  const dist = join(root, 'dist');
  const room = join(dist, `.${stamp}-${process.pid}`);
  const started = Date.now();
  if (quiet && process.stderr.isTTY) process.stderr.write('weir: building…\n');
  mkdirSync(room, { recursive: true });
  try {
    await build({
      entryPoints: { weir: join(root, 'src/bin/weir.ts'), bundling: join(root, 'src/worker/workflow-bundle.ts') },
      outdir: room,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      // dsl/expressions/re2.cjs loads its package when it is first needed.
      banner: {
        js: "import { createRequire as weirRequire } from 'node:module'; const require = weirRequire(import.meta.url);",
      },
      sourcemap: 'linked',
      sourcesContent: false,
      chunkNames: 'chunks/[name]-[hash]',
      logLevel: quiet ? 'error' : 'warning',
    });
    const { cachedWorkflowBundle } = await import(pathToFileURL(join(room, 'bundling.js')).href);
    copyFileSync(await cachedWorkflowBundle(root), join(room, 'workflow-bundle.js'));
    cpSync(join(root, 'src/store/migrations'), join(room, 'migrations'), { recursive: true });
    publish({ dist, room, stamp });
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
  if (!quiet) console.log(`built dist/${stamp} in ${Date.now() - started} ms`);
}

/** @param {{ dist: string, room: string, stamp: string }} options */
function publish({ dist, room, stamp }) {
  const target = join(dist, stamp);
  // Another process may have built the same sources meanwhile: its build is as good.
  if (!existsSync(target)) renameSync(room, target);
  writeFileSync(join(dist, 'latest'), `${stamp}\n`);
  const old = readdirSync(dist)
    .filter((name) => /^[0-9a-f]{12}$/.test(name) && name !== stamp)
    .map((name) => ({ name, at: statSync(join(dist, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.at - a.at)
    .slice(KEPT);
  for (const { name } of old) rmSync(join(dist, name), { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await buildAll({ root: dirname(dirname(fileURLToPath(import.meta.url))) });
