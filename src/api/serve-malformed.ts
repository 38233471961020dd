import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { RequestError } from '@hono/node-server';
import { Problem } from '../problems/problem.ts';
import { problemResponse } from './problem-response.ts';

/** For an address or Host that no request can be made of; anything else that gets here is a defect. */
export function malformedResponse(error: unknown): Response {
  return problemResponse(
    error instanceof RequestError ? new Problem('malformed_request', `${error.message}.`, { cause: error }) : error,
    { request_id: randomUUID() },
  );
}

/** By the parser's codes; what is not here is malformed. */
const KINDS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: new Problem('headers_too_large', 'The headers are larger than 16 KiB.'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem('request_too_slow', 'The request was not sent in time.'),
};

/** Answers what no request could be read from, before the app sees it, with a problem like any other; then hangs up. */
export async function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): Promise<void> {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = KINDS[error.code ?? ''] ?? new Problem('malformed_request', 'This is not an HTTP/1.1 request.');
  const response = problemResponse(problem, { request_id: randomUUID() });
  const body = await response.text();
  const headers = {
    ...Object.fromEntries(response.headers),
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(
    [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? 'Error'}`, ...lines, '', body].join('\r\n'),
  );
}
