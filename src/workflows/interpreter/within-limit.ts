import { MAX_RESULT_BYTES } from '../../activities/contract.ts';
import type { Json } from '../../dsl/ir/json.ts';
import { FlowError } from './flow-error.ts';
import { roughSize } from './rough-size.ts';

/** JSON text is at most this many bytes for each UTF-16 unit: `\u0001`. */
const MOST_BYTES = 6;

/**
 * The value itself, for what leaves the workflow (params, inputs, output): each part may be as large as a result may be, but
 * not the whole that a flow makes of them. Throws `result_too_large`; the payload codec would refuse it, and the workflow
 * task would never end.
 */
export function withinLimit<T extends Json>(value: T, address: string): T {
  if (roughSize(value, MAX_RESULT_BYTES / MOST_BYTES) <= MAX_RESULT_BYTES / MOST_BYTES) return value;
  const bytes = utf8Length(JSON.stringify(value));
  if (bytes <= MAX_RESULT_BYTES) return value;
  throw new FlowError({
    code: 'result_too_large',
    message: `step ${address}: a value of ${bytes} bytes is more than the ${MAX_RESULT_BYTES} that can be kept; store it elsewhere and pass its address`,
    step: address,
    retryable: false,
  });
}

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Both halves of a surrogate pair count 2: 4 bytes together.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
