// As much of a browser as a login takes: cookies for each host, redirects, and forms of the provider's pages.
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}
type Send = (url: string, init: RequestInit) => Promise<Response>;

export class Browser {
  /** Host → name → `Set-Cookie` as it came. */
  readonly cookies = new Map<string, Map<string, string>>();
  /** Every address that was asked, in order. */
  readonly visited: string[] = [];
  readonly #send: Send;
  readonly #stopAt: (url: string) => boolean;

  /** `stopAt`: redirects there are not followed; the page then has that address and status 302. */
  constructor(send: Send, stopAt: (url: string) => boolean = () => false) {
    this.#send = send;
    this.#stopAt = stopAt;
  }

  async go(url: string, init: RequestInit = {}): Promise<Page> {
    let [at, request] = [url, init];
    for (let hops = 0; hops < 15; hops++) {
      this.visited.push(at);
      const headers = new Headers(request.headers);
      const cookie = this.#cookieHeader(at);
      if (cookie !== '') headers.set('cookie', cookie);
      const response = await this.#send(at, { ...request, headers, redirect: 'manual' });
      this.#keep(at, response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null)
        return { url: at, status: response.status, text: await response.text(), headers: response.headers };
      await response.body?.cancel();
      at = new URL(location, at).href;
      if (this.#stopAt(at)) return { url: at, status: response.status, text: '', headers: response.headers };
      request = {};
    }
    throw new Error(`too many redirects, the last to ${at}`);
  }

  /** Sends the form of a page with these fields. */
  submit(page: Page, fields: Record<string, string>): Promise<Page> {
    const action = /action="([^"]+)"/.exec(page.text)?.[1];
    if (action === undefined) throw new Error(`no form on ${page.url}: ${page.text.slice(0, 300)}`);
    const prompt = /name="prompt" value="([^"]+)"/.exec(page.text)?.[1];
    const body = new URLSearchParams({ ...(prompt !== undefined && { prompt }), ...fields });
    return this.go(new URL(action, page.url).href, { method: 'POST', body });
  }

  cookie(url: string, name: string): string | undefined {
    return this.cookies.get(new URL(url).host)?.get(name)?.split(';')[0]?.slice(name.length + 1);
  }

  #cookieHeader(url: string): string {
    const { host, pathname } = new URL(url);
    return [...(this.cookies.get(host) ?? new Map<string, string>()).values()]
      .filter((cookie) => pathname.startsWith(/path=([^;]+)/i.exec(cookie)?.[1] ?? '/'))
      .map((cookie) => cookie.split(';')[0])
      .join('; ');
  }

  #keep(url: string, cookies: readonly string[]): void {
    const { host } = new URL(url);
    const jar = this.cookies.get(host) ?? new Map<string, string>();
    this.cookies.set(host, jar);
    for (const cookie of cookies) {
      const name = cookie.slice(0, cookie.indexOf('='));
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) jar.delete(name);
      else jar.set(name, cookie);
    }
  }
}
