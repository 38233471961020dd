import { runConformance } from './conformance.mjs';
import { countsLine, sumCounts } from './counts.mjs';
import { runVitest } from './vitest.mjs';

/** Unit and Temporal tests, then the conformance cases. @returns {Promise<import('./counts.mjs').Counts>} */
export async function runTests() {
  const vitest = await runVitest();
  console.log(`vitest: ${countsLine(vitest)}`);
  const conformance = await runConformance();
  console.log(`conformance: ${countsLine(conformance)}`);
  return sumCounts(vitest, conformance);
}
