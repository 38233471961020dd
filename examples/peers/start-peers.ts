// Local stand-ins for the services that the example flows call: one HTTP server on loopback, one path for each service.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAccounts } from './accounts.ts';
import { createAi } from './ai.ts';
import { createCrm } from './crm.ts';
import { createHelpdesk } from './helpdesk.ts';
import { createIam } from './iam.ts';
import { createMessaging } from './messaging.ts';
import { type Peer, type PeerAnswer, refusal } from './peer.ts';
import { createPrompts } from './prompts.ts';
import { createRetell } from './retell.ts';
import { createShop } from './shop.ts';
import { createStripe } from './stripe.ts';

export interface PeerCall {
  readonly peer: string;
  readonly method: string;
  /** Without the peer's name and the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
}
export interface Peers {
  /** For WEIR_PEERS_URL: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Address of each peer by name. */
  readonly urls: Readonly<Record<string, string>>;
  /** Every call so far, oldest first. */
  readonly calls: readonly PeerCall[];
  /** The next calls of a peer get these statuses instead of an answer: `fail('stripe', [503, 503])`. 0 is no answer at all. */
  readonly fail: (peer: string, statuses: readonly number[]) => void;
  readonly close: () => Promise<void>;
}
export interface PeersOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** How long retell's calls last. Default 50 ms. */
  readonly callMs?: number;
  readonly onError?: (error: unknown) => void;
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Starts all peers. State lives in memory and starts empty. */
export async function startPeers({
  port = 0,
  callMs = 50,
  onError = () => undefined,
}: PeersOptions = {}): Promise<Peers> {
  const retell = createRetell({ callMs, onError });
  const peers: Readonly<Record<string, Peer>> = {
    iam: createIam(),
    prompts: createPrompts(),
    retell: retell.peer,
    ai: createAi(),
    stripe: createStripe(),
    accounts: createAccounts(),
    messaging: createMessaging(),
    crm: createCrm(),
    helpdesk: createHelpdesk(),
    shop: createShop(),
  };
  const calls: PeerCall[] = [];
  const failures = new Map<string, number[]>();
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      onError(error);
      send(response, refusal(500, 'peer_error', String(error)));
    });
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://peers');
    const [, name = '', ...rest] = url.pathname.split('/');
    const path = `/${rest.join('/')}`;
    const method = request.method ?? 'GET';
    const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)]));
    const body = await readJson(request);
    const planned = failures.get(name)?.shift();
    const peer = Object.hasOwn(peers, name) ? peers[name] : undefined;
    const answer =
      planned !== undefined
        ? refusal(planned, 'planned', 'This failure was asked for.')
        : answerOf(peer, { method, path, query: Object.fromEntries(url.searchParams), headers, body });
    calls.push({ peer: name, method, path, headers, body, status: answer.status ?? 200 });
    if (answer.status !== 0) send(response, answer);
  }
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server has an AddressInfo
  return {
    url,
    urls: Object.fromEntries(Object.keys(peers).map((name) => [name, `${url}/${name}`])),
    calls,
    fail: (peer, statuses) => void failures.set(peer, [...statuses]),
    close: () => {
      retell.stop();
      server.closeAllConnections();
      return new Promise((resolve, reject) =>
        server.close((error) => (error === undefined ? resolve() : reject(error))),
      );
    },
  };
}

function answerOf(
  peer: Peer | undefined,
  request: {
    method: string;
    path: string;
    query: Record<string, string>;
    headers: Record<string, string>;
    body: unknown;
  },
): PeerAnswer {
  for (const [route, handler] of Object.entries(peer ?? {})) {
    const [method, pattern = ''] = route.split(' ');
    const path = method === request.method ? matchPath(pattern, request.path) : null;
    if (path !== null) return handler({ ...request, path });
  }
  return refusal(404, 'not_found', `There is no ${request.method} ${request.path}.`);
}

function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name !== undefined) values[name] = decodeURIComponent(given[index] ?? '');
    else if (part !== given[index]) return null;
  }
  return values;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return null;
  }
}

function send(response: ServerResponse, answer: PeerAnswer): void {
  response
    .writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
    .end(JSON.stringify(answer.body));
}
