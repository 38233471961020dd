/** An answer of the API, with its JSON read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** What the contract says of an execution. Tests look at what comes; the types only name it. */
export interface Execution {
  readonly execution_id: string;
  readonly flow: string;
  readonly version: string;
  readonly status: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: { readonly code: string; readonly message: string; readonly step?: string } | null;
  readonly steps: readonly Step[];
  readonly waiting: readonly unknown[];
  readonly origin: unknown;
}

export interface Step {
  readonly id: string;
  readonly path: string;
  readonly status: string;
  readonly attempts: number;
  readonly result?: unknown;
}

/** Any answer: an execution, a list, or a problem. */
export type Body = Partial<Execution> & {
  readonly code?: string;
  readonly detail?: string;
  readonly request_id?: string;
  readonly errors?: readonly { readonly code: string; readonly message: string; readonly line?: number }[];
  readonly items?: readonly Execution[];
  readonly next?: string | null;
  readonly [field: string]: unknown;
};

const ENDED = ['completed', 'failed', 'cancelled', 'terminated', 'timed_out'];

export class ApiClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${this.#url}${path}`, { method, ...sent, headers: { ...type, ...headers } });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    const read: Body = isJson ? JSON.parse(text) : { text };
    return { status: response.status, headers: response.headers, body: read };
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.call('POST', path, body, headers);
  }

  /** Starts a flow; fails unless it was accepted. */
  async start(flow: string, input: unknown = {}): Promise<string> {
    const { status, body } = await this.post(`/flows/${flow}/execute`, { input });
    if (status !== 202) throw new Error(`${flow} did not start: ${status} ${JSON.stringify(body)}`);
    return String(body.execution_id);
  }

  /** Starts a flow and gives its end. */
  async run(flow: string, input: unknown = {}): Promise<Execution> {
    return this.ended(await this.start(flow, input));
  }

  async execution(id: string): Promise<Execution> {
    const { status, body } = await this.get(`/executions/${id}`);
    if (status !== 200) throw new Error(`${id}: ${status} ${JSON.stringify(body)}`);
    return body as Execution; // 200 is the whole execution.
  }

  /** Asks until the execution looks as wanted. */
  async until(id: string, wanted: (execution: Execution) => boolean, withinMs = 45_000) {
    const last = Date.now() + withinMs;
    for (;;) {
      const execution = await this.execution(id);
      if (wanted(execution)) return execution;
      if (Date.now() > last) throw new Error(`${id} did not come so far: ${JSON.stringify(execution).slice(0, 2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  ended(id: string, withinMs?: number): Promise<Execution> {
    return this.until(id, ({ status }) => ENDED.includes(status), withinMs);
  }

  status(id: string, status: string): Promise<Execution> {
    return this.until(id, (execution) => execution.status === status);
  }
}

/** Asks until `probe` gives something true. */
export async function eventually<T>(probe: () => T | Promise<T>, withinMs = 45_000): Promise<T> {
  const last = Date.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > last) throw new Error(`It did not happen within ${withinMs} ms: ${String(probe)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
