import { Problem } from '../problems/problem.ts';

/** Any origin that is none of ours. */
const BASE = 'https://return-to.invalid';

/**
 * A path of this server to go to after login, as browsers will read it: `//host`, `/\host`, a scheme or characters that browsers
 * leave out would lead elsewhere. Throws invalid_request.
 */
export function localPath(returnTo: string): string {
  const plain = /^\/(?![/\\])[^\\\p{Cc}\p{Cs}]{0,2000}$/u.test(returnTo) && URL.canParse(returnTo, BASE);
  const url = plain ? new URL(returnTo, BASE) : null;
  if (url === null || url.origin !== BASE || url.pathname.startsWith('//'))
    throw new Problem('invalid_request', '`return_to` has to be a path of this server, such as /executions.');
  return `${url.pathname}${url.search}${url.hash}`;
}
