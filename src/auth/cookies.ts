/** Cookies of this server. With TLS their names begin with `__Host-`: no other host and no plain HTTP can set them. */
export interface CookieNames {
  readonly session: string;
  readonly login: string;
}

export function cookieNames(secure: boolean): CookieNames {
  const prefix = secure ? '__Host-' : '';
  return { session: `${prefix}weir_session`, login: `${prefix}weir_login` };
}

/** The values of the cookies of this name. Of several, which one is genuine can't be told: another host may have set them. */
export function readCookies(header: string | null, name: string): readonly string[] {
  return (header ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
}

/** `Set-Cookie` for a value that scripts can't read and other sites don't send along, but for following a link. */
export function setCookie(
  name: string,
  value: string,
  { secure, maxAgeS }: { readonly secure: boolean; readonly maxAgeS: number },
): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** `Set-Cookie` that removes it. */
export const dropCookie = (name: string, secure: boolean): string => setCookie(name, '', { secure, maxAgeS: 0 });
