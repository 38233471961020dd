import type { FlowIr } from '../ir/index.ts';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './sha256.ts';

/** SHA-256 (hex) of what a flow does: without its version, and without the lines where its steps stand. */
export function flowHash(flow: Omit<FlowIr, 'hash'>): string {
  const { version: _, steps, onError, finally: last, ...rest } = flow;
  return sha256(`${canonicalJson({ steps, onError, finally: last }, stepEntry)}${canonicalJson(rest)}`);
}

/** Only steps lose their `line`: data that an author wrote, in values and forms, is kept whatever its keys are called. */
function stepEntry(key: string, map: object): 'keep' | 'leave_out' | 'keep_all' {
  if ('v' in map || key === 'form') return 'keep_all';
  return key === 'line' ? 'leave_out' : 'keep';
}
