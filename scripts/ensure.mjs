// Installs what the checkout lacks, with nothing but Node: packages when node_modules is missing or older than the lockfile.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countsLine } from './counts.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Makes sure that node_modules is what package-lock.json says. When it can't be: says why, ends like a failed run, and exits. */
export function ensurePackages() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    stop(`Weir needs Node ${engines.node}; this is ${process.versions.node}.`);
  if (isInstalled()) return;
  console.error('weir: installing packages (npm ci)…');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) stop('npm ci failed; see above.');
}

/** npm writes what it has installed to node_modules/.package-lock.json: every package of ours must be there in its version. */
function isInstalled() {
  const wanted = read('package-lock.json');
  const present = read('node_modules/.package-lock.json');
  if (!wanted || !present) return false;
  return Object.entries(wanted.packages).every(
    ([path, entry]) => path === '' || entry.optional || entry.peer || present.packages[path]?.version === entry.version,
  );
}

/** @param {string} name */
function read(name) {
  try {
    return JSON.parse(readFileSync(join(root, name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} message */
function stop(message) {
  console.error(`weir: ${message}`);
  console.log(countsLine({ passed: 0, failed: 1, skipped: 0 }));
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensurePackages();
