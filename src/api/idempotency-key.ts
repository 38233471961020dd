import { z } from 'zod';
import { Problem } from '../problems/problem.ts';
import type { Route } from './route.ts';

/** Visible ASCII: it travels in a header. */
export const IDEMPOTENCY_KEY = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'is 1 to 255 visible characters');

/** Whether app.ts keeps this route's first answers. */
export const isKeyed = ({ method, access, idempotency }: Pick<Route, 'method' | 'access' | 'idempotency'>): boolean =>
  method !== 'get' && access.on !== 'public' && idempotency === undefined;

/** The key that a request to this route is to be run under; null: none. Throws invalid_request for a malformed one. */
export function idempotencyKey(route: Route, header: string | undefined): string | null {
  if (header === undefined || !isKeyed(route)) return null;
  if (IDEMPOTENCY_KEY.safeParse(header).success) return header;
  throw new Problem('invalid_request', 'Idempotency-Key is 1 to 255 visible ASCII characters.');
}
