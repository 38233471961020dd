// `npm run verify` is all of CI: each static check counts as one, then every test, tampered audit exports, and generated requests
// against the API. All run, whatever fails first.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countsLine, exitCode, sumCounts } from './counts.mjs';
import { ensurePackages } from './ensure.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const CHECKS = {
  lockfile: ['node', 'scripts/complete-lockfile.mjs', '--check'],
  format: ['biome', 'format', '.'],
  lint: ['oxlint'],
  types: ['tsc', '--noEmit', '-p', 'tsconfig.json'],
  'types of the sandbox': ['tsc', '--noEmit', '-p', 'tsconfig.sandbox.json'],
  dependencies: ['node', 'scripts/check-dependencies.mjs'],
  'dead code': ['knip'],
};

ensurePackages();
const started = Date.now();
const bin = join(root, 'node_modules', '.bin');
const checks = Object.entries(CHECKS).map(([name, [command = '', ...args]]) => {
  const { status } = spawnSync(command === 'node' ? process.execPath : join(bin, command), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  console.log(`${status === 0 ? '✓' : '✗'} ${name}`);
  return { name, failed: status !== 0 };
});
const failedChecks = checks.filter(({ failed }) => failed);
const staticCounts = { passed: checks.length - failedChecks.length, failed: failedChecks.length, skipped: 0 };

const counts = sumCounts(staticCounts, ...(process.argv.includes('--static') ? [] : await runAll()));
if (failedChecks.length > 0) console.log(`failed checks: ${failedChecks.map(({ name }) => name).join(', ')}`);
console.log(`verified in ${Math.round((Date.now() - started) / 1000)} s`);
console.log(countsLine(counts));
process.exitCode = exitCode(counts);

/** Every test, then what CI adds: tampered audit exports, and generated requests against the whole API. */
async function runAll() {
  const { runTests } = await import('./run-tests.mjs');
  const { runSchemathesis } = await import('./schemathesis.mjs');
  const tests = await runTests();
  const { status } = spawnSync(process.execPath, ['scripts/check-audit-tamper.mjs'], { cwd: root, stdio: 'inherit' });
  const tamper = { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
  const generated = await runSchemathesis();
  console.log(`schemathesis: ${countsLine(generated)}`);
  return [tests, tamper, generated];
}
