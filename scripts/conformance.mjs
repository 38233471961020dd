// The black-box cases beside the checkout, against `weir dev` started as a user would: once as the whole control plane, where
// flows go through POST /flows with a token, and once on a folder of flows.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countsLine, exitCode, sumCounts } from './counts.mjs';
import { ensurePackages } from './ensure.mjs';
import { startWeirDev } from './weir-dev.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The seed's flows name actions of these files: with them the server knows the seed's catalogue. */
const seeds = join(root, 'examples', 'seeds');
/** @param {string} path */
const isBeside = (path) => !path.endsWith('.flow.yaml') && !path.endsWith('.test.yaml');

/**
 * @param {readonly string[]} args further arguments of the driver, such as `--only '^retry/'`
 * @returns {Promise<import('./counts.mjs').Counts>} all zero when the suite isn't there
 */
export async function runConformance(args = []) {
  const suite = join(root, '..', 'shared', 'conformance', 'run.mjs');
  if (!existsSync(suite)) {
    console.log('conformance: ../shared/conformance is not there, its cases are left out');
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const store = await withRoom((room) => onStore({ suite, room, args }));
  console.log(`conformance on the store: ${countsLine(store)}`);
  const folder = await withRoom((room) => onFolder({ suite, room, args }));
  console.log(`conformance on a folder: ${countsLine(folder)}`);
  return sumCounts(store, folder);
}

/** @typedef {{ suite: string, room: string, args: readonly string[] }} Run */

/** @param {Run} run */
async function onStore({ suite, room, args }) {
  const server = await startWeirDev({});
  try {
    const files = readdirSync(seeds, { recursive: true, encoding: 'utf8' })
      .filter((path) => isBeside(path) && path.endsWith('.yaml'))
      .map((path) => ({ path, content: readFileSync(join(seeds, path), 'utf8') }));
    const pushed = await fetch(`${server.url}/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
      body: JSON.stringify({ files }),
    });
    if (!pushed.ok) throw new Error(`the seed's catalogue was refused: ${await pushed.text()}`);
    return await drive(suite, room, ['--base', server.url, '--token', server.token ?? '', '--have', 'all', ...args]);
  } finally {
    await end(server);
  }
}

/** @param {Run} run */
async function onFolder({ suite, room, args }) {
  const flowsDir = join(room, 'flows');
  cpSync(seeds, flowsDir, { recursive: true, filter: isBeside });
  const server = await startWeirDev({ flowsDir });
  try {
    return await drive(suite, room, ['--base', server.url, '--flows-dir', flowsDir, '--have', 'catalogue', ...args]);
  } finally {
    await end(server);
  }
}

/** @param {string} suite @param {string} room @param {readonly string[]} args */
async function drive(suite, room, args) {
  const report = join(room, 'report.json');
  const child = spawn(process.execPath, [suite, '--report', report, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await new Promise((resolve) => child.once('exit', resolve));
  const { passed, failed, skipped } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed, failed, skipped };
}

/** @param {{ stop: () => Promise<number> }} server */
async function end(server) {
  const code = await server.stop();
  if (code) console.error(`conformance: weir dev ended with ${code}`);
}

/** @param {(room: string) => Promise<import('./counts.mjs').Counts>} run */
async function withRoom(run) {
  const room = mkdtempSync(join(tmpdir(), 'weir-conformance-'));
  try {
    return await run(room);
  } catch (error) {
    console.error(`conformance: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensurePackages();
  const counts = await runConformance(process.argv.slice(2));
  console.log(countsLine(counts));
  process.exitCode = exitCode(counts);
}
