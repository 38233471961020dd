import { spawn } from 'node:child_process';
import path from 'node:path';

const SERVER = path.resolve(import.meta.dirname, '../../node_modules/yaml-language-server/bin/yaml-language-server');

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}
export interface EditorDiagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number } };
}

/** What an editor does with the YAML language server, over its real protocol on stdio. Call `stop` at the end. */
export interface Editor {
  open(text: string): Promise<string>;
  complete(uri: string, position: { line: number; character: number }): Promise<string[]>;
  hover(uri: string, position: { line: number; character: number }): Promise<string>;
  /** Diagnostics of a document, once the server has sent them. */
  diagnostics(uri: string): Promise<readonly EditorDiagnostic[]>;
  stop(): Promise<void>;
}

export async function startEditor(schemaUri: string): Promise<Editor> {
  const child = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map<number, (message: Message) => void>();
  const found = new Map<string, readonly EditorDiagnostic[]>();
  const watchers = new Map<string, (found: readonly EditorDiagnostic[]) => void>();
  let nextId = 1;
  let documents = 0;

  function send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    child.stdin.write(body);
  }
  function request(method: string, params: unknown): Promise<unknown> {
    const id = nextId++;
    return new Promise((resolve, reject) => {
      waiting.set(id, (message) =>
        message.error === undefined ? resolve(message.result) : reject(new Error(message.error.message)),
      );
      send({ id, method, params });
    });
  }
  function receive(message: Message): void {
    if (message.method === undefined) {
      if (message.id !== undefined) waiting.get(message.id)?.(message);
      return;
    }
    if (message.method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = message.params as { uri: string; diagnostics: EditorDiagnostic[] }; // the protocol's shape
      found.set(uri, diagnostics);
      watchers.get(uri)?.(diagnostics);
    }
    if (message.id === undefined) return;
    send({
      id: message.id,
      result: message.method === 'workspace/configuration' ? configuration(message.params, schemaUri) : null,
    });
  }
  readMessages(child.stdout, receive);

  await request('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {
      workspace: { configuration: true },
      textDocument: {
        completion: { completionItem: { documentationFormat: ['markdown'] } },
        hover: { contentFormat: ['markdown'] },
      },
    },
  });
  send({ method: 'initialized', params: {} });

  function open(text: string): string {
    const uri = `file:///flows/doc${++documents}.flow.yaml`;
    send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } });
    return uri;
  }
  // The server takes up its settings after it has answered: it is ready once the schema refuses something.
  const refused = open('not_a_flow: true\n');
  await new Promise<void>((resolve) => {
    const check = (diagnostics: readonly EditorDiagnostic[] = []) => {
      if (diagnostics.length > 0) resolve();
    };
    watchers.set(refused, check);
    check(found.get(refused));
  });

  return {
    open: async (text) => open(text),
    async complete(uri, position) {
      const result = (await request('textDocument/completion', { textDocument: { uri }, position })) as {
        items: { label: string }[];
      } | null;
      return (result?.items ?? []).map((item) => item.label);
    },
    async hover(uri, position) {
      return JSON.stringify(await request('textDocument/hover', { textDocument: { uri }, position }));
    },
    diagnostics: (uri) =>
      new Promise((resolve) => {
        const known = found.get(uri);
        if (known === undefined) watchers.set(uri, resolve);
        else resolve(known);
      }),
    async stop() {
      await request('shutdown', null);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      send({ method: 'exit' });
      await ended;
    },
  };
}

function configuration(params: unknown, schemaUri: string): unknown[] {
  const { items } = params as { items: { section: string }[] }; // the protocol's shape
  const yaml = {
    schemas: { [schemaUri]: ['*.flow.yaml'] },
    schemaStore: { enable: false },
    validate: true,
    hover: true,
    completion: true,
  };
  return items.map((item) => (item.section === 'yaml' ? yaml : {}));
}

function readMessages(stream: NodeJS.ReadableStream, receive: (message: Message) => void): void {
  let buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const head = buffer.indexOf('\r\n\r\n');
      const length = head < 0 ? null : /Content-Length: (\d+)/i.exec(buffer.subarray(0, head).toString());
      if (length === null) return;
      const end = head + 4 + Number(length[1]);
      if (buffer.length < end) return;
      const body = buffer.subarray(head + 4, end).toString();
      buffer = buffer.subarray(end);
      receive(JSON.parse(body) as Message);
    }
  });
}
