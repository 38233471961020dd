// Completes package-lock.json after `npm install` behind a registry that carries only some platforms. npm leaves optional
// packages out that it can't fetch, and `npm ci` then refuses the lockfile everywhere. Entries are made from the parent's
// exact version and the platform in the name; without an integrity, which npm adds where it can fetch them.
//   node scripts/complete-lockfile.mjs            writes what is missing
//   node scripts/complete-lockfile.mjs --check    fails when something is
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

const path = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8'));
const missing = new Map();
for (const [parent, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const isThere = [`${parent}/node_modules/${name}`, `node_modules/${name}`].some((place) => place in lock.packages);
    if (!isThere) missing.set(`node_modules/${name}`, entryFor(name, range, entry));
  }
}
if (process.argv.includes('--check')) {
  for (const name of missing.keys())
    console.error(`package-lock.json lacks ${name}: run node scripts/complete-lockfile.mjs`);
  process.exitCode = missing.size === 0 ? 0 : 1;
} else if (missing.size > 0) {
  const packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...Object.fromEntries(missing) }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeFileSync(path, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
  console.log(`added ${missing.size} optional packages`);
}

/** @param {string} name @param {string} range @param {{ dev?: boolean, devOptional?: boolean }} parent */
function entryFor(name, range, parent) {
  const parts = name.split('/').at(-1).split(/[-_]/);
  const os = SYSTEMS.find((system) => parts.includes(system));
  const cpu =
    PROCESSORS.find((processor) => parts.includes(processor)) ?? (parts.includes('wasm32') ? 'wasm32' : undefined);
  if (!/^\d+\.\d+\.\d+/.test(range) || (os === undefined && cpu === undefined)) {
    throw new Error(`${name}@${range} is missing and is no platform's package: look at it by hand`);
  }
  return {
    version: range,
    ...(cpu !== undefined && { cpu: [cpu] }),
    ...(parent.dev && { dev: true }),
    ...(parts.some((part) => /^musl|^gnu/.test(part)) &&
      os === 'linux' && { libc: [parts.some((part) => part.startsWith('musl')) ? 'musl' : 'glibc'] }),
    optional: true,
    ...(os !== undefined && { os: [os] }),
  };
}
