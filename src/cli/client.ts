import { DEFAULT_SERVER } from './catalogue/common-options.ts';
import { CliError, usageError } from './cli-error.ts';
import type { CommandContext } from './command.ts';
import { readEventStream, type StreamEvent } from './event-stream.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { problemError } from './problem-error.ts';
import type { Json } from '../dsl/ir/json.ts';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | null>>;
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

/** A client of Weir's API. */
export interface Client {
  readonly url: string;
  get(path: string, options?: RequestOptions): Promise<Answer>;
  post(path: string, options?: RequestOptions): Promise<Answer>;
  put(path: string, options?: RequestOptions): Promise<Answer>;
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

/** Where the API is, from `--server` or `--url`, then WEIR_URL, then the default. Throws a usage error for what is no http address. */
export function serverUrl({ io, options }: CommandContext): string {
  const given = options.text('server') ?? options.text('url') ?? (io.env['WEIR_URL'] || DEFAULT_SERVER);
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    throw usageError(`"${given}" is not an address of a server.`, `Write it as ${DEFAULT_SERVER}`);
  }
  return given.replace(/\/+$/, '');
}

/** `token` is sent as a bearer token (WEIR_TOKEN). */
export function createClient({ url, token }: { url: string; token: string | undefined }): Client {
  const authorization = token ? { authorization: `Bearer ${token}` } : {};

  async function send(method: string, path: string, options: RequestOptions): Promise<Answer> {
    const { body } = options;
    const type = body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' };
    const text = body === undefined ? null : options.contentType === undefined ? JSON.stringify(body) : String(body);
    const response = await reach(url, () =>
      fetch(address(url, path, options.query), {
        method,
        headers: { accept: 'application/json', ...authorization, ...type, ...options.headers },
        body: text,
      }),
    );
    const content = parse(await reach(url, () => response.text()));
    if (!response.ok && !options.expect?.includes(response.status))
      throw problemError({ url, method, path, response, content });
    return { status: response.status, body: content };
  }

  return {
    url,
    get: (path, options = {}) => send('GET', path, options),
    post: (path, options = {}) => send('POST', path, options),
    put: (path, options = {}) => send('PUT', path, options),
    async *events(path, { lastEventId, signal, onRetry }) {
      const resume = lastEventId === null ? {} : { 'last-event-id': lastEventId };
      const response = await reach(url, () =>
        fetch(address(url, path), { headers: { accept: 'text/event-stream', ...authorization, ...resume }, signal }),
      );
      if (!response.ok)
        throw problemError({ url, method: 'GET', path, response, content: parse(await response.text()) });
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

/** The client that a command's options and environment ask for. */
export function clientFor(context: CommandContext): Client {
  return createClient({ url: serverUrl(context), token: context.io.env['WEIR_TOKEN'] });
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
    if (error instanceof Error && error.name === 'AbortError') throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CliError(`No answer from ${url}${cause ? `: ${cause}` : ''}`, {
      exit: EXIT_CODES.unreachable,
      hint: 'Start a server with: weir dev --flows DIR. Or name another one with --server URL or WEIR_URL.',
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
