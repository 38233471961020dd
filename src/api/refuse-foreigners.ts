import { Problem } from '../problems/problem.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Until there are identities the API is for this machine alone: a web page elsewhere must not reach it through its
 * reader's browser, neither by a request of its own (Origin) nor by a name that resolves to loopback (Host).
 * Callback addresses carry their own credential and may be called under any name. Throws foreign_origin, foreign_host.
 */
export function refuseForeigners(request: Request): void {
  const url = new URL(request.url);
  if (url.pathname.startsWith('/callbacks/')) return;
  const host = request.headers.get('host') ?? url.host;
  if (!LOOPBACK.test(host)) throw new Problem('foreign_host', `${host} is not a name of this machine's loopback.`);
  const origin = request.headers.get('origin');
  if (origin !== null && !LOOPBACK.test(origin.replace(/^https?:\/\//i, '')))
    throw new Problem('foreign_origin', `Pages of ${origin} may not use this API.`);
}
