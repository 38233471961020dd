// `npm test`: installs what is missing, then runs every test. With arguments: only vitest, with these.
import { countsLine, exitCode, sumCounts } from './counts.mjs';
import { ensurePackages } from './ensure.mjs';

ensurePackages();
const args = process.argv.slice(2);
const { runTests } = await import('./run-tests.mjs');
const { runVitest } = await import('./vitest.mjs');
const counts = sumCounts(args.length > 0 ? await runVitest(args) : await runTests());
console.log(countsLine(counts));
process.exitCode = exitCode(counts);
