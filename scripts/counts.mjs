/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @param {...Counts} all @returns {Counts} */
export function sumCounts(...all) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of all) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/** The line that every run ends with. @param {Counts} counts */
export const countsLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** 0 when something passed and nothing failed. @param {Counts} counts */
export const exitCode = ({ passed, failed }) => (failed === 0 && passed > 0 ? 0 : 1);
