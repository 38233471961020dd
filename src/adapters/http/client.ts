// One HTTP exchange, without judgement about its status: the only file that talks to undici. It tells "never sent"
// from "sent, no answer", which decides whether a call may be made again.
import { Agent, type Dispatcher, DecoratorHandler } from 'undici';
import { ActionError } from '../action-error.ts';
import { type EgressPolicy, guardedConnector } from './egress-guard.ts';
import { readBody } from './read-body.ts';

export interface HttpClientOptions {
  readonly egress?: EgressPolicy;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Largest answer in bytes after decompression. Default 64 MiB. */
  readonly maxBytes?: number;
}
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Bounds everything, connecting to the last byte. */
  readonly signal: AbortSignal;
  /** Answers with these statuses are redirects to follow; default none. */
  readonly followRedirects?: (status: number) => boolean;
  /** Bytes to read at most, by status; the rest is cut off. Default the client's maximum, beyond which it is an error. */
  readonly cutAt?: (status: number) => number | null;
}
export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; repeated headers joined by `, `, but `set-cookie` is a list. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
  readonly truncated: boolean;
}
export interface HttpClient {
  exchange(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const MAX_REDIRECTS = 5;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** Headers that may travel to another origin; everything else may be a credential. */
const HARMLESS = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent']);

/** Never retries by itself. Errors are ActionErrors: `connection_failed`, `timeout`, `address_not_allowed`, `result_too_large`, `too_many_redirects`. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  // Header and body time-outs are the signal's business: a call has exactly one bound.
  const agent = new Agent({
    connect: guardedConnector(options.egress ?? {}, connectTimeoutMs),
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: connectTimeoutMs,
  });
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  return {
    exchange: (request) => exchange(agent, request, maxBytes),
    close: () => agent.destroy(),
  };
}

async function exchange(agent: Agent, request: HttpRequest, maxBytes: number): Promise<HttpAnswer> {
  let current = request;
  for (let hops = 0; ; hops += 1) {
    const answer = await exchangeOnce(agent, current, maxBytes);
    const location = answer.headers['location'];
    if (typeof location !== 'string' || request.followRedirects?.(answer.status) !== true) return answer;
    if (hops === MAX_REDIRECTS)
      throw new ActionError({
        code: 'too_many_redirects',
        message: `${request.url.origin} redirected more than ${MAX_REDIRECTS} times.`,
      });
    current = redirected(current, location);
  }
}

function redirected(request: HttpRequest, location: string): HttpRequest {
  const url = URL.canParse(location, request.url.href) ? new URL(location, request.url.href) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ActionError({
      code: 'invalid_response',
      message: `${request.url.origin} redirected to an address that is not HTTP.`,
    });
  if (url.origin === request.url.origin) return { ...request, url };
  return {
    ...request,
    url,
    headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => HARMLESS.has(name))),
  };
}

async function exchangeOnce(agent: Agent, request: HttpRequest, maxBytes: number): Promise<HttpAnswer> {
  let sent = false;
  const dispatcher = agent.compose(
    (dispatch) => (options, handler) =>
      dispatch(
        options,
        watchSend(handler, () => (sent = true)),
      ),
  );
  try {
    // undici takes notice of an abort only once a connection stands; until then nobody must wait for it.
    const answer = await orAborted(
      request.signal,
      dispatcher.request({
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers: request.headers,
        body: request.body,
        signal: request.signal,
      }),
    );
    const headers = plainHeaders(answer.headers);
    const cut = request.cutAt?.(answer.statusCode) ?? null;
    const encoding = typeof headers['content-encoding'] === 'string' ? headers['content-encoding'] : '';
    const { body, truncated } = await readBody(answer.body, {
      encoding,
      maxBytes: cut ?? maxBytes,
      cut: cut !== null,
      signal: request.signal,
    });
    return { status: answer.statusCode, headers, body, truncated };
  } catch (error) {
    throw transportError(error, { sent, request });
  }
}

async function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new Error('aborted'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  work.catch(() => undefined); // may end after nobody listens any more
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Calls `onSent` when the request is written to a connection that stands. */
function watchSend(handler: Dispatcher.DispatchHandler, onSent: () => void): Dispatcher.DispatchHandler {
  // undici's typings leave the members of DecoratorHandler out; it brings old and new handlers to one shape.
  const watched = new DecoratorHandler(handler) as Dispatcher.DispatchHandler;
  const start = watched.onRequestStart?.bind(watched);
  watched.onRequestStart = (controller, context) => {
    onSent();
    start?.(controller, context);
  };
  return watched;
}

function transportError(error: unknown, { sent, request }: { sent: boolean; request: HttpRequest }): ActionError {
  if (error instanceof ActionError) return error;
  const outcome = sent ? 'unknown' : 'not_sent';
  const place = request.url.origin;
  const code = errorCode(error);
  const options = { cause: error };
  if (code === 'UND_ERR_INVALID_ARG' || code === 'ERR_INVALID_CHAR') {
    return new ActionError(
      {
        code: 'validation_failed',
        message: `The request to ${place} can't be sent: ${messageOf(error)}.`,
        outcome: 'not_sent',
      },
      options,
    );
  }
  if (request.signal.aborted) {
    const where = sent ? 'before the answer was complete' : 'before the connection stood';
    return new ActionError(
      { code: 'timeout', status: 408, message: `The call to ${place} was ended ${where}.`, retryable: true, outcome },
      options,
    );
  }
  const what = sent ? 'The connection broke after the request was sent' : 'No connection could be made';
  return new ActionError(
    {
      code: 'connection_failed',
      message: `${what} (${place}): ${code ?? messageOf(error)}.`,
      retryable: true,
      outcome,
    },
    options,
  );
}

function errorCode(error: unknown): string | null {
  const code = error !== null && typeof error === 'object' && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function plainHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string | string[]> {
  const plain: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (name === 'set-cookie') plain[name] = Array.isArray(value) ? value : [value];
    else plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
