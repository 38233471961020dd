import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The first start on a machine may build the Temporal server: minutes on a slow one. A process that ends is noticed at once. */
const START_MS = 15 * 60_000;

/**
 * Starts `weir dev --ephemeral`, on a folder of flows or as the whole control plane, as a user would, and waits until it answers.
 * What it says on stderr (that it builds the server, what goes wrong) is passed on; `output: 'inherit'` passes on everything.
 * @param {{ flowsDir?: string, env?: Record<string, string>, output?: 'inherit' | 'ignore' }} options without `flowsDir`: the control plane
 * @returns {Promise<{ url: string, uiUrl: string | undefined, token: string | undefined, stop: () => Promise<number> }>} `token`: the owner's,
 *   of a control plane; `stop` gives the exit code
 */
export async function startWeirDev({ flowsDir, env = {}, output = 'ignore' }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    process.execPath,
    [
      join(root, 'bin', 'weir.mjs'),
      'dev',
      '--ephemeral',
      '--port',
      String(port),
      ...(flowsDir === undefined ? [] : ['--flows', flowsDir]),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', ...env },
    },
  );
  let said = '';
  let exit;
  const ended = new Promise((resolve) =>
    child.once('exit', (code, signal) => resolve((exit = code ?? (signal ? 1 : 0)))),
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-64_000);
      if (output === 'inherit' || stream === child.stderr) process.stderr.write(text);
    });
  }
  const stop = async () => {
    child.kill('SIGTERM');
    return ended;
  };
  const deadline = Date.now() + START_MS;
  const token = () => /\bweir_[\w-]{40,}/.exec(said)?.[0];
  while (!(await answers(`${url}/readyz`)) || (flowsDir === undefined && token() === undefined)) {
    if (exit === undefined && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    if (exit === undefined) await stop();
    throw new Error(`weir dev did not start:\n${said}`);
  }
  const uiUrl = /Web UI:?\s+(http:\S+)/.exec(said)?.[1];
  return { url, uiUrl, token: token(), stop };
}

/** @param {string} url */
async function answers(url) {
  return fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    (answer) => answer.ok,
    () => false,
  );
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
