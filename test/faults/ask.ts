import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of JSON, else null. Tests look into it; what is not there fails them. */
  readonly body: ReturnType<typeof JSON.parse>;
  /** From the first byte sent to the last one received. */
  readonly ms: number;
}

export interface Question {
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly token?: string;
  /** Text is sent as YAML, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 60_000;

/**
 * Asks on a connection of its own, so that each question stands alone. Rejects where there is no whole answer, with the `code` of the
 * system: ECONNREFUSED where nobody took it.
 */
export function ask({ url, method, path, token, body, headers = {} }: Question): Promise<Answer> {
  const started = performance.now();
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asking = request(
      `${url}${path}`,
      {
        method,
        agent: false,
        timeout: TIMEOUT_MS,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(sent !== undefined && {
            'content-type': typeof body === 'string' ? 'application/yaml' : 'application/json',
            'content-length': String(Buffer.byteLength(sent)),
          }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = /json/.test(String(response.headers['content-type'])) && text !== '';
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: isJson ? JSON.parse(text) : null,
            ms: performance.now() - started,
          });
        });
      },
    );
    asking.on('timeout', () => asking.destroy(new Error(`no answer to ${method} ${path} within ${TIMEOUT_MS} ms`)));
    asking.on('error', reject);
    asking.end(sent);
  });
}

/** Why a question got no answer: the system's code, or the message. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
