import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../dsl/ir/json.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command.ts';
import { readEventStream, type StreamEvent } from './event-stream.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { problemError } from './problem-error.ts';
import { readBody } from './read-body.ts';
import { retryDelay } from './retry-delay.ts';
import { type ServerTarget, serverTarget } from './server-target.ts';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | null>>;
  /** Sent as JSON, unless `contentType` says what the text is. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Problems with these statuses are given as answers instead of thrown. */
  readonly expect?: readonly number[];
}

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/**
 * A client of Weir's API. Every write carries an Idempotency-Key of its own, so all requests wait some seconds for a server that
 * says it is away or too busy and when to come back, and are sent again.
 */
export interface Client {
  readonly url: string;
  get(path: string, options?: RequestOptions): Promise<Answer>;
  post(path: string, options?: RequestOptions): Promise<Answer>;
  put(path: string, options?: RequestOptions): Promise<Answer>;
  delete(path: string, options?: RequestOptions): Promise<Answer>;
  /** The answer piece by piece, as text, for exports of any size. Throws ConnectionLost when it breaks off. */
  text(path: string, options?: Pick<RequestOptions, 'query'>): AsyncGenerator<string>;
  /**
   * Server-sent events from after `lastEventId`, until the server ends the stream. Throws ConnectionLost when it breaks off.
   * `onRetry`: how long the server asks to wait before coming back, ms.
   */
  events(
    path: string,
    options: { lastEventId: string | null; signal: AbortSignal; onRetry?: (ms: number) => void },
  ): AsyncGenerator<StreamEvent>;
}

/** The server went away in the middle of an answer. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** `token` is sent as a bearer token; `tokenFrom` says for errors where it comes from. */
export function createClient(target: Pick<ServerTarget, 'url' | 'token' | 'tokenFrom'>): Client {
  const { url, token } = target;
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };

  async function send(method: string, path: string, options: RequestOptions): Promise<Answer> {
    const { body } = options;
    const type = body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' };
    const text = body === undefined ? null : options.contentType === undefined ? JSON.stringify(body) : String(body);
    const key = method !== 'GET' ? { 'idempotency-key': randomUUID() } : {};
    const headers = { accept: 'application/json', ...authorization, ...type, ...key, ...options.headers };
    const response = await patiently(() =>
      // A redirect would carry body and token elsewhere.
      reach(url, () => fetch(address(url, path, options.query), { method, headers, body: text, redirect: 'manual' })),
    );
    const content = parse(await reach(url, () => readBody(response)));
    if (!response.ok && !options.expect?.includes(response.status))
      throw problemError({ target, method, path, response, content });
    return { status: response.status, body: content };
  }

  async function open(path: string, init: RequestInit, query: RequestOptions['query']): Promise<Response> {
    const response = await patiently(() =>
      reach(url, () => fetch(address(url, path, query), { ...init, redirect: 'manual' })),
    );
    if (response.ok) return response;
    throw problemError({ target, method: 'GET', path, response, content: parse(await readBody(response)) });
  }

  return {
    url,
    get: (path, options = {}) => send('GET', path, options),
    post: (path, options = {}) => send('POST', path, options),
    put: (path, options = {}) => send('PUT', path, options),
    delete: (path, options = {}) => send('DELETE', path, options),
    async *text(path, options = {}) {
      const response = await open(path, { headers: authorization }, options.query);
      const decoder = new TextDecoder();
      try {
        for await (const chunk of response.body ?? []) yield decoder.decode(chunk, { stream: true });
      } catch (error) {
        throw new ConnectionLost('the connection broke off', { cause: error });
      }
      yield decoder.decode();
    },
    async *events(path, { lastEventId, signal, onRetry }) {
      const resume = lastEventId === null ? {} : { 'last-event-id': lastEventId };
      const headers = { accept: 'text/event-stream', ...authorization, ...resume };
      const response = await open(path, { headers, signal }, {});
      if (response.body === null) return;
      try {
        yield* readEventStream(response.body, onRetry);
      } catch (error) {
        if (error instanceof CliError || signal.aborted) throw error;
        throw new ConnectionLost('the connection broke off', { cause: error });
      }
    },
  };
}

/** The client that a command's options, the environment and the kept contexts ask for. */
export function clientFor(context: Pick<CommandContext, 'io' | 'options'>): Client {
  return createClient(serverTarget(context));
}

/** Asks again as long as the server says when. */
async function patiently(send: () => Promise<Response>): Promise<Response> {
  for (let waited = 0; ; ) {
    const response = await send();
    const delay = retryDelay(response, waited, Date.now());
    if (delay === null) return response;
    await response.body?.cancel();
    await sleep(delay);
    waited += delay;
  }
}

function address(url: string, path: string, query: RequestOptions['query'] = {}): string {
  const target = new URL(`${url}${path}`);
  for (const [name, value] of Object.entries(query)) if (value !== null) target.searchParams.set(name, String(value));
  return target.href;
}

async function reach<T>(url: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof CliError || (error instanceof Error && error.name === 'AbortError')) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CliError(`No answer from ${url}${cause ? `: ${cause}` : ''}`, {
      exit: EXIT_CODES.unreachable,
      hint: 'Start a server with: weir dev. Or name another one with --server URL, --context NAME or WEIR_URL.',
      cause: error,
    });
  }
}

/** The body as JSON; as text when it is none; null when it is empty. */
function parse(text: string): Json {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json; // JSON.parse gives JSON and nothing else
  } catch {
    return text;
  }
}
