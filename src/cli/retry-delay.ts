/** All waiting for one request together, ms: a person is watching. */
const BUDGET_MS = 5_000;
const WAITED_FOR: readonly number[] = [429, 503];

/**
 * How long to wait before asking again, ms; null when that is of no use: another status, no `Retry-After` (seconds or an HTTP date),
 * or more waiting than a person puts up with. `waited`: ms that this request has waited before.
 */
export function retryDelay(response: Pick<Response, 'status' | 'headers'>, waited: number, now: number): number | null {
  const header = response.headers.get('retry-after')?.trim() ?? '';
  if (!WAITED_FOR.includes(response.status) || header === '') return null;
  const delay = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  if (Number.isNaN(delay)) return null;
  // At least a moment, so that "0" does not make a loop of it.
  const bounded = Math.max(delay, 200);
  return waited + bounded <= BUDGET_MS ? bounded : null;
}
