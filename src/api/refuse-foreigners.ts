import { Problem } from '../problems/problem.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
/** What machines call under any name: each has its own credential, or tells nothing. */
const ANY_NAME = /^\/(callbacks|webhooks)\/|^\/(healthz|readyz)$/;

/**
 * Takes requests under the server's own names only, loopback and the hosts of `publicUrls`: a web page elsewhere must not
 * reach it through its reader's browser, neither by a request of its own (Origin) nor by a name of its own that resolves to
 * here (Host). Throws foreign_origin, foreign_host.
 */
export function refuseForeigners(request: Request, publicUrls: readonly string[] = []): void {
  const url = new URL(request.url);
  const origin = request.headers.get('origin');
  const ours = (host: string): boolean =>
    LOOPBACK.test(host) || publicUrls.some((address) => new URL(address).host === host.toLowerCase());
  if (origin !== null && !url.pathname.startsWith('/callbacks/') && !ours(origin.replace(/^https?:\/\//i, '')))
    throw new Problem('foreign_origin', `Pages of ${origin} may not use this API.`);
  if (ANY_NAME.test(url.pathname)) return;
  // A request line may name a host too; whoever reads only one of them must not be led astray.
  for (const host of [request.headers.get('host') ?? url.host, url.host])
    if (!ours(host)) throw new Problem('foreign_host', `${host} is not a name of this server.`);
}
