#!/usr/bin/env node
// Runs the built program, and builds it first when it is missing or older than the sources (a checkout). Node only: this file
// must work before anything is built.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sourceStamp } from '../scripts/source-stamp.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const isCheckout = existsSync(join(root, 'src'));

const build = isCheckout ? sourceStamp(root) : readFileSync(join(dist, 'latest'), 'utf8').trim();
const program = join(dist, build, 'weir.js');
if (!existsSync(program)) {
  const { buildAll } = await import('../scripts/build.mjs');
  await buildAll({ root, stamp: build, quiet: true }).catch((error) => {
    console.error(`weir: the build failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(70);
  });
}
await import(pathToFileURL(program).href);
