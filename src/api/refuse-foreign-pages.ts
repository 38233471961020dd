import { Problem } from '../problems/problem.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser sends its session along whoever asks it to: what changes something must come from a page of this server. Browsers say so by
 * `Sec-Fetch-Site`, old ones by `Origin`; what neither says is refused. Throws foreign_origin.
 */
export function refuseForeignPages(request: Request, publicUrl: string | undefined): void {
  if (SAFE.has(request.method)) return;
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const bySite = site === null || site === 'same-origin';
  const byOrigin = origin === null || isOwn(origin, request, publicUrl);
  if ((site === null && origin === null) || !bySite || !byOrigin)
    throw new Problem(
      'foreign_origin',
      'With a session, this is open to pages of this server only: Sec-Fetch-Site has to be same-origin, or Origin that of this server.',
    );
}

/** The Host is one of the server's own (refuse-foreigners.ts); a proxy may have taken TLS away, so the scheme is not compared with it. */
function isOwn(origin: string, request: Request, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  if (publicUrl !== undefined && new URL(publicUrl).origin === origin) return true;
  return new URL(origin).host === (request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
}
