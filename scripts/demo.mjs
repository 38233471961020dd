// `npm run demo`: stand-ins for the outside services and `weir dev`; the example flows are pushed, deployed to prod, and run
// once each, their steps shown as they happen. Stays up for a look around; `-- --once` ends after the flows, with the exit
// status of the whole.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPeers } from '../examples/peers/start-peers.ts';
import { EventPrinter } from '../src/cli/event-printer.ts';
import { readEventStream } from '../src/cli/event-stream.ts';
import { parseEvent } from '../src/cli/follow-events.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import { startWeirDev } from './weir-dev.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const seeds = join(root, 'examples', 'seeds');
const once = process.argv.includes('--once');
const { style } = createTerminal(
  { stdout: process.stdout, stderr: process.stderr, env: process.env, isTTY: process.stdout.isTTY === true },
  { color: true },
);

const stopped = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(signal));
});
const peers = await startPeers({ callMs: 300, onError: (error) => console.error(error) });
console.log(style.dim('starting PostgreSQL, Temporal, worker and API…'));
const server = await startWeirDev({ env: { WEIR_PEERS_URL: peers.url, WEIR_ADAPTER_ENV: 'WEIR_PEERS_URL' } });
const authorization = { authorization: `Bearer ${server.token}` };
try {
  weir('push', seeds, '--yes');
  for (const name of flowNames()) weir('deploy', name, '--env', 'prod');
  const results = [];
  for (const name of flowNames()) results.push(await show(name));
  console.log(`\n${style.bold('Summary')}`);
  for (const { name, status, ms, output } of results) {
    const mark = status === 'completed' ? style.green('✓') : style.red('✗');
    console.log(
      `${mark} ${name.padEnd(22)} ${status.padEnd(10)} ${String(Math.round(ms)).padStart(5)} ms  ${style.dim(shorten(JSON.stringify(output)))}`,
    );
  }
  console.log(style.dim(`${peers.calls.length} calls reached the outside services.`));
  process.exitCode = results.every(({ status }) => status === 'completed') ? 0 : 1;
  if (!once) {
    console.log(
      `\nStill up. API: ${style.bold(server.url)}   API docs: ${server.url}/docs   Temporal's Web UI: ${style.bold(server.uiUrl ?? '-')}`,
    );
    console.log(`Owner token, to look around with: ${style.bold(server.token ?? '-')}`);
    console.log(`Run another:  WEIR_TOKEN=… node bin/weir.mjs executions --url ${server.url}`);
    console.log(style.dim('Ctrl-C stops it.'));
    await stopped;
  }
} finally {
  const code = await server.stop();
  await peers.close();
  if (code !== 0) process.exitCode = 1;
}

/** Runs a command of the command line as a user would, and shows it. @param {...string} args */
function weir(...args) {
  console.log(`\n${style.dim('$')} weir ${args.map((arg) => (arg === seeds ? 'examples/seeds' : arg)).join(' ')}`);
  const { status } = spawnSync(process.execPath, [join(root, 'bin', 'weir.mjs'), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, WEIR_URL: server.url, WEIR_TOKEN: server.token },
  });
  if (status !== 0) throw new Error(`weir ${args[0]} ended with ${status}`);
}

/** Flows of the folder that have an input beside them. */
function flowNames() {
  return readdirSync(join(seeds, 'inputs'))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

/** Starts a flow and prints its steps until it has ended. @param {string} name */
async function show(name) {
  const input = JSON.parse(readFileSync(join(seeds, 'inputs', `${name}.json`), 'utf8'));
  console.log(`\n${style.bold(name)} ${style.dim(JSON.stringify(input))}`);
  const started = performance.now();
  const answer = await fetch(`${server.url}/flows/${name}/execute`, {
    method: 'POST',
    headers: { ...authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ input, environment: 'prod' }),
  });
  const body = await answer.json();
  if (answer.status !== 202) {
    console.log(`  ${style.red(`refused with ${answer.status}`)} ${JSON.stringify(body)}`);
    return { name, status: 'refused', ms: 0, output: body.detail };
  }
  const events = await fetch(`${server.url}/executions/${body.execution_id}/events`, {
    headers: { ...authorization, accept: 'text/event-stream' },
  });
  const printer = new EventPrinter(style, { times: false });
  for await (const raw of readEventStream(events.body)) {
    const event = parseEvent(raw);
    const line = event === null ? null : printer.line(event);
    if (line !== null) console.log(`  ${line}`);
  }
  const ms = performance.now() - started;
  const { status, output, error } = await (
    await fetch(`${server.url}/executions/${body.execution_id}`, { headers: authorization })
  ).json();
  return { name, status, ms, output: error ?? output };
}

/** @param {string | undefined} text */
function shorten(text = '') {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
