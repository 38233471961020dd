import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { usageError, CliError } from './cli-error.ts';
import type { Client } from './client.ts';
import type { CommandContext } from './command.ts';
import { compileFile } from './compile-file.ts';
import { startDevServer } from './start-dev-server.ts';
import type { Json } from '../dsl/ir/json.ts';

/** A flow that `weir run` can execute by name, and what has to be closed afterwards. */
export interface FlowOnServer {
  readonly name: string;
  /** Address of the server that was started for it; '' when there was one. */
  readonly url: string;
  /** Brings the flow to the server, where it has not got it. */
  publish(client: Client): Promise<void>;
  close(): Promise<void>;
}

/**
 * Checks the flow file, so that mistakes are told before anything starts, then starts a development environment in the
 * file's folder; with an `existing` server the argument may also be the name of a flow that is there.
 */
export async function prepareFlow(context: CommandContext, server: { existing: boolean }): Promise<FlowOnServer> {
  const argument = context.args[0] ?? '';
  const path = resolve(context.io.cwd, argument);
  const isFile = (await stat(path).catch(() => null))?.isFile() === true;
  if (!isFile) {
    if (!server.existing || /[./\\]/.test(argument))
      throw usageError(
        `There is no file ${argument}.`,
        'A flow of a server is run by its name: weir run NAME --url URL',
      );
    return { name: argument, url: '', publish: async () => undefined, close: async () => undefined };
  }
  const { ir } = await compileFile(context, argument);
  if (server.existing) {
    return {
      name: ir.name,
      url: '',
      publish: (client) => put(client, { name: ir.name, hash: ir.hash, path }),
      close: async () => undefined,
    };
  }
  const dev = await startDevServer(context, { flowsDir: dirname(path), port: 0 });
  return { name: ir.name, url: dev.url, publish: async () => undefined, close: () => dev.close() };
}

/** Makes the file the flow's latest version, unless the server has it already. A server that reads its flows from files refuses that. */
async function put(client: Client, flow: { name: string; hash: string; path: string }): Promise<void> {
  const path = `/flows/${encodeURIComponent(flow.name)}`;
  const current = await client.get(path, { expect: [404] });
  if (current.status === 200 && hashOf(current.body) === flow.hash) return;
  const source = {
    body: await readFile(flow.path, 'utf8'),
    contentType: flow.path.endsWith('.json') ? 'application/json' : 'application/yaml',
    expect: [405, 501],
  };
  const answer = current.status === 404 ? await client.post('/flows', source) : await client.put(path, source);
  if (answer.status < 400) return;
  throw new CliError(
    `${client.url} reads its flows from files and has ${current.status === 404 ? 'no flow' : 'another version of'} ${flow.name}.`,
    {
      hint: 'Put the file into its folder of flows. Or run it here, without --url and WEIR_URL.',
    },
  );
}

function hashOf(flow: Json): string | null {
  const hash = typeof flow === 'object' && flow !== null && 'hash' in flow ? flow['hash'] : null;
  return typeof hash === 'string' ? hash : null;
}
