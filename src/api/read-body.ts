import type { z } from 'zod';
import { Problem, type ValueFault } from '../problems/problem.ts';
import type { Route } from './route.ts';

const DEFAULT_MAX_BYTES = 1024 * 1024;
/** The compiler's limit, and a little, so that its own diagnostic tells of what is just above. */
const FLOW_MAX_BYTES = 256 * 1024 + 1;
const FLOW_TYPES = ['application/yaml', 'text/yaml', 'application/x-yaml', 'text/x-yaml', 'application/json'] as const;

/** The bytes of the body, within the route's limit. Throws unsupported_media_type, payload_too_large, invalid_request. */
export async function readBodyBytes(request: Request, body: NonNullable<Route['body']>): Promise<Uint8Array> {
  refuseEncoding(request);
  switch (body.kind) {
    case 'raw':
      mediaType(request, body.mediaTypes);
      return readBytes(request, body.maxBytes);
    case 'flow':
      mediaType(request, FLOW_TYPES);
      return readBytes(request, FLOW_MAX_BYTES);
    case 'json':
      return readBytes(request, body.maxBytes ?? DEFAULT_MAX_BYTES);
  }
}

/** The body as the route declares it. Throws unsupported_media_type, invalid_json, invalid_request. */
export function decodeBody(request: Request, bytes: Uint8Array, body: NonNullable<Route['body']>): unknown {
  if (body.kind !== 'json') return bytes;
  // Without a type and without a body: nothing was sent. A page elsewhere could send that too, but app.ts looks at the origin.
  if (bytes.length === 0 && body.optional) return parse({}, body.schema, 'the body');
  mediaType(request, ['application/json']);
  return parse(parseJson(bytes), body.schema, 'the body');
}

/** A small body that unpacks to a large one is not worth the traffic that it saves. */
function refuseEncoding(request: Request): void {
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return;
  throw new Problem('unsupported_media_type', 'Packed bodies are not taken: send it without Content-Encoding.', {
    headers: { 'accept-encoding': 'identity' },
  });
}

/** Reads at most `maxBytes`; what is longer is refused before it is read to the end. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = (): Problem =>
    new Problem(
      'payload_too_large',
      `The body is larger than ${maxBytes >= 1024 * 1024 ? `${maxBytes / 1024 / 1024} MiB` : `${Math.floor(maxBytes / 1024)} KiB`}.`,
    );
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      // Node's streams can be iterated; the DOM's type does not say so
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('invalid_request', 'The body ended before all of it was sent.', { cause: error });
  }
  return Buffer.concat(chunks);
}

/** The media type without parameters. `application/json` stands for every `+json` too. Throws unsupported_media_type. */
export function mediaType(request: Request, allowed: readonly string[]): string {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (allowed.includes(type)) return type;
  if (allowed.includes('application/json') && /^application\/[\w.-]+\+json$/.test(type)) return 'application/json';
  throw new Problem(
    'unsupported_media_type',
    `${type === '' ? 'The body has no Content-Type' : `${type} is not understood here`}; send ${allowed.join(', ')}.`,
  );
}

/** Deeper than any honest value; what is deeper would break whatever walks it. */
const MAX_DEPTH = 256;

/** UTF-8 JSON, nested at most 256 deep. Throws invalid_json. */
export function parseJson(bytes: Uint8Array): unknown {
  if (depthOf(bytes) > MAX_DEPTH)
    throw new Problem('invalid_json', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : 'it is not UTF-8 text';
    throw new Problem('invalid_json', `The body is not JSON: ${why}.`);
  }
}

/** Nesting of brackets outside of texts. */
function depthOf(bytes: Uint8Array): number {
  let [depth, deepest, inText] = [0, 0, false];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === 0x5c)
        i++; // a backslash: the next one does not end it
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
}

/** Checks a part of a request. Throws invalid_request with every fault. */
export function parse<S extends z.ZodType>(value: unknown, schema: S, part: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors: ValueFault[] = result.error.issues.flatMap((issue) => {
    const at = (keys: readonly PropertyKey[]): string => keys.map((key) => `/${String(key)}`).join('');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        code: 'unknown_key',
        path: at([...issue.path, key]),
        message: `${key} is not known in ${part}`,
      }));
    return [{ code: issue.code, path: at(issue.path), message: `${at(issue.path) || part}: ${issue.message}` }];
  });
  throw new Problem('invalid_request', `${part} is not valid: ${errors.map((fault) => fault.message).join('; ')}.`, {
    errors,
  });
}
