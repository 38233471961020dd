import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDev } from '../../src/bin/dev.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests look into it; what is not there fails them.
  readonly body: ReturnType<typeof JSON.parse>;
}
export interface Call {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

/** `weir dev` on a folder of its own, with a peer for flows to call: it answers `{ path, n }`, and 500 for paths that hold `fail`. */
export interface DevApi {
  readonly url: string;
  readonly peer: string;
  readonly calls: Call[];
  flow(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Asks until `until` holds; rejects after 20 s with the last answer. */
  eventually(path: string, until: (answer: Answer) => boolean): Promise<Answer>;
  close(): Promise<void>;
}

export async function startDevApi(): Promise<DevApi> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-api-'));
  const flowsDir = join(folder, 'flows');
  await mkdir(flowsDir);
  const calls: Call[] = [];
  const peer = createServer((req, res) => {
    void readJson(req).then((body) => {
      const path = req.url ?? '';
      calls.push({ path, key: req.headers['idempotency-key'] as string | undefined, body });
      const n = calls.filter((call) => call.path === path).length;
      res
        .writeHead(path.includes('fail') ? 500 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ path, n }));
    });
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const address = peer.address();
  if (address === null || typeof address === 'string') throw new Error('the peer has no port');
  const server = await startDev({ flowsDir, port: 0, ephemeral: true, env: { ...process.env }, log: () => undefined });

  const request: DevApi['request'] = async (method, path, body, headers = {}) => {
    const type = body === undefined || 'content-type' in headers ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { ...type, ...headers },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
  return {
    url: server.url,
    peer: `http://127.0.0.1:${address.port}`,
    calls,
    request,
    async flow(name, text) {
      const file = join(flowsDir, `${name}.flow.yaml`);
      await writeFile(`${file}.part`, text);
      await rename(`${file}.part`, file);
    },
    remove: (name) => rm(join(flowsDir, `${name}.flow.yaml`)),
    async eventually(path, until) {
      for (const end = Date.now() + 20_000; ; ) {
        const answer = await request('GET', path);
        if (until(answer)) return answer;
        if (Date.now() > end)
          throw new Error(`${path} did not come to what was expected: ${answer.status} ${answer.text}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async close() {
      await server.close();
      peer.closeAllConnections();
      peer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? null : parse(text);
}
