/** A server's address in one form, so that addresses can be compared: no slash at the end, no default port, lower case host. Null for what is none. */
export function serverAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== ''
  )
    return null;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Whether two addresses mean the same server: a token of the one may be sent to the other. Names are not looked up. */
export function sameServer(one: string, other: string): boolean {
  const address = serverAddress(one);
  return address !== null && address === serverAddress(other);
}
