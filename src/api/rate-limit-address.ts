import type { Context } from 'hono';
import ipaddr from 'ipaddr.js';

/**
 * The address that limits count by: of the connection, or, behind `trustedProxies` proxies of one's own, the one that the
 * outermost of them saw (X-Forwarded-For counted from its end: what stands before it anybody could have written). Of IPv6
 * the first 64 bits, which one household has. `unknown` where there is no connection (tests).
 */
export function sourceAddress(context: Context, trustedProxies: number): string {
  const forwarded = (context.req.header('x-forwarded-for') ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const proxied = trustedProxies > 0 ? forwarded.at(-trustedProxies) : undefined;
  return networkOf(proxied ?? connectionAddress(context) ?? '');
}

function connectionAddress({ env }: Context): string | undefined {
  // What @hono/node-server hands to the app; absent in `app.request()`.
  const { incoming } = (env ?? {}) as { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress;
}

function networkOf(text: string): string {
  if (!ipaddr.isValid(text)) return 'unknown';
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return address.toString();
  return `${address.toNormalizedString().split(':').slice(0, 4).join(':')}::/64`;
}
