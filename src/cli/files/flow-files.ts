import { basename, dirname } from 'node:path';

/** True for a path that may hold a flow: YAML, or `*.flow.json`, but no flow test, action catalogue or adapter. */
export function isFlowFile(path: string): boolean {
  const name = basename(path);
  if (!/\.(ya?ml|flow\.json)$/.test(name) || isTestFile(name)) return false;
  return !/^actions\.ya?ml$/.test(name) && basename(dirname(path)) !== 'adapters';
}

/** True for a flow-test file (dsl.md, section 11). */
export function isTestFile(path: string): boolean {
  return /\.test\.ya?ml$/.test(path);
}
