// The black-box cases beside the checkout, against `weir dev` started as a user would.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countsLine, exitCode } from './counts.mjs';
import { ensurePackages } from './ensure.mjs';
import { startWeirDev } from './weir-dev.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

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
  const room = mkdtempSync(join(tmpdir(), 'weir-conformance-'));
  const flowsDir = join(room, 'flows');
  const report = join(room, 'report.json');
  // The seed's flows name actions of these: with them the server knows the seed's catalogue.
  const seeds = join(root, 'examples', 'seeds');
  cpSync(seeds, flowsDir, {
    recursive: true,
    filter: (path) => !path.endsWith('.flow.yaml') && !path.endsWith('.test.yaml'),
  });
  let server;
  try {
    server = await startWeirDev({ flowsDir });
    const child = spawn(
      process.execPath,
      [suite, '--base', server.url, '--flows-dir', flowsDir, '--report', report, '--have', 'catalogue', ...args],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    await new Promise((resolve) => child.once('exit', resolve));
    const { passed, failed, skipped } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed, failed, skipped };
  } catch (error) {
    console.error(`conformance: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    const code = await server?.stop();
    if (code) console.error(`conformance: weir dev ended with ${code}`);
    rmSync(room, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensurePackages();
  const counts = await runConformance(process.argv.slice(2));
  console.log(countsLine(counts));
  process.exitCode = exitCode(counts);
}
