import type { FlowIr } from '../ir/index.ts';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './sha256.ts';

/** SHA-256 (hex) of what a flow does: without its version, and without the lines where its steps stand. */
export function flowHash(flow: Omit<FlowIr, 'hash'>): string {
  const { version: _, ...content } = flow;
  return sha256(canonicalJson({ ...content, ...withoutLines(content) }));
}

const BLOCKS = ['steps', 'onError', 'finally'] as const;

function withoutLines(content: Omit<FlowIr, 'hash' | 'version'>): object {
  return Object.fromEntries(BLOCKS.map((block) => [block, strip(content[block])]));
}

/** `line` is a field of steps only; maps of data lie under `value` and `form`, which are left as they are. */
function strip(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(strip);
  if (part === null || typeof part !== 'object' || 'v' in part) return part;
  const step = 'key' in part && 'kind' in part;
  return Object.fromEntries(
    Object.entries(part)
      .filter(([key]) => !(step && key === 'line'))
      .map(([key, value]) => [key, key === 'form' ? value : strip(value)]),
  );
}
