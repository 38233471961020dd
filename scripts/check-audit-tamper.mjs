// npm run check:audit-tamper: an export with real records holds, and one changed byte, one deleted and one swapped line, and a tail that
// was cut off are each noticed. Ends with 0 only when all verdicts are as they must be.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from './ensure.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
ensurePackages();
const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'scripts', 'audit-tamper.ts')], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
