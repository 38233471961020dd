// Decides which addresses outgoing calls may reach. It sits around the connector: the name is resolved once, every
// address is checked, and the connection is made to a checked address, so neither spellings of an IP address nor a
// second DNS answer get past it.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';
import { ActionError } from '../action-error.ts';

export interface EgressPolicy {
  /**
   * CIDR ranges beside the public internet that may be called: `127.0.0.0/8`, `10.1.0.0/16`, `::1/128`. `*` allows every
   * address. Default none: loopback, private, link-local (cloud metadata) and reserved ranges are refused.
   */
  readonly allow?: readonly string[];
}

/** What `weir dev` adds, so that flows reach services on the same machine. */
export const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1/128'];

/** A function telling whether an IP address may be called. Throws a TypeError for a range that can't be read. */
export function egressFilter(policy: EgressPolicy): (address: string) => boolean {
  const allow = policy.allow ?? [];
  if (allow.includes('*')) return () => true;
  const ranges = allow.map((range) => {
    if (!ipaddr.isValidCIDR(range)) throw new TypeError(`"${range}" is no address range such as 10.0.0.0/8`);
    return ipaddr.parseCIDR(range);
  });
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address); // ::ffff:127.0.0.1 becomes 127.0.0.1
    if (parsed.range() === 'unicast') return true;
    return ranges.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  };
}

/**
 * undici's connector behind the guard. Addresses of a name are tried in the resolver's order; a name with any
 * forbidden address is refused. Errors: ActionError `address_not_allowed`, or what connecting gave.
 */
export function guardedConnector(policy: EgressPolicy, connectTimeoutMs: number): buildConnector.connector {
  const allowed = egressFilter(policy);
  const connect = buildConnector({ timeout: connectTimeoutMs });
  return (options, callback) => {
    const name = options.hostname.replace(/^\[|\]$/g, '');
    addressesOf(name).then(
      (addresses) => {
        const refused = addresses.find((address) => !allowed(address));
        if (refused !== undefined) return callback(notAllowed(name, refused), null);
        // The certificate is checked against the name, not against the address that was connected to.
        const pinned = isIP(name) === 0 ? { ...options, servername: options.servername ?? name } : options;
        attempt(pinned, addresses, 0);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
    function attempt(pinned: buildConnector.Options, addresses: readonly string[], index: number): void {
      const address = addresses[index];
      if (address === undefined) return callback(new Error(`${name} has no address`), null);
      connect({ ...pinned, hostname: address }, (...result) => {
        if (result[0] !== null && index + 1 < addresses.length) attempt(pinned, addresses, index + 1);
        else callback(...result);
      });
    }
  };
}

async function addressesOf(name: string): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name];
  const found = await lookup(name, { all: true, verbatim: false });
  return found.map((entry) => entry.address);
}

function notAllowed(name: string, address: string): ActionError {
  const place = name === address ? address : `${name} (${address})`;
  return new ActionError({
    code: 'address_not_allowed',
    message: `Calls to ${place} are not allowed: it is not a public address. An operator can allow its range for outgoing calls.`,
    outcome: 'not_sent',
  });
}
