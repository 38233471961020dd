// Property-based tests of the running API against its own OpenAPI document, by Schemathesis (PyPI), with all its checks.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countsLine, exitCode } from './counts.mjs';
import { ensurePackages } from './ensure.mjs';
import { startWeirDev } from './weir-dev.mjs';

const VERSION = '4.32.5';
/** For the whole run, seconds; the process is ended when it takes longer than this and a half. */
const BUDGET_S = 110;
/** Far above what is sent, wrong credentials included: here it is not the limits that are tested. */
const ENV = { WEIR_RATE_LIMIT: '1000000' };

/**
 * Tests the server at `url`, or one started for it. One test is one operation: it passes when none of its requests had a fault.
 * @param {{ url?: string, token?: string, seed?: number }} options seed: of the requests; default: WEIR_SEED, else random
 * @returns {Promise<import('./counts.mjs').Counts>} one skipped without Python or PyPI
 */
export async function runSchemathesis({ url, token, seed = Number(process.env.WEIR_SEED ?? 0) || randomSeed() } = {}) {
  const program = await install();
  if (program === null) return { passed: 0, failed: 0, skipped: 1 };
  const room = mkdtempSync(join(tmpdir(), 'weir-schemathesis-'));
  let server;
  try {
    if (url === undefined) server = await startWeirDev({ env: ENV });
    const target = { url: url ?? server.url, token: token ?? server?.token ?? '' };
    console.log(`schemathesis: seed ${seed} (WEIR_SEED=${seed} repeats it)`);
    return await test({ program, room, seed, ...target });
  } catch (error) {
    console.error(`schemathesis: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    await server?.stop();
    rmSync(room, { recursive: true, force: true });
  }
}

const randomSeed = () => Math.floor(Math.random() * 1_000_000) + 1;

/** @param {{ program: string, room: string, seed: number, url: string, token: string }} options */
async function test({ program, room, seed, url, token }) {
  const answer = await fetch(`${url}/openapi.json`);
  const document = await answer.json();
  const config = join(room, 'schemathesis.toml');
  const report = join(room, 'report.json');
  writeFileSync(config, settings(document));
  const options = {
    checks: 'all',
    seed,
    'max-time': BUDGET_S,
    'max-examples': 6,
    'request-timeout': 15,
    report: 'json',
    'report-json-path': report,
    header: `Authorization: Bearer ${token}`,
    url,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  args.unshift('--config-file', config, 'run', `${url}/openapi.json`, '--no-shrink');
  const child = spawn(program, args, {
    cwd: room,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const late = setTimeout(() => child.kill('SIGKILL'), BUDGET_S * 1_500);
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(late);
  if (!existsSync(report)) throw new Error(`it ended without a report:\n${said.slice(-8_000)}`);
  const { operations, failures, errors, test_cases: cases } = JSON.parse(readFileSync(report, 'utf8'));
  const faulty = new Set([...failures, ...errors].flatMap((one) => one.operations ?? [one.title]));
  if (faulty.size > 0) console.log(said);
  console.log(`schemathesis: ${cases.generated} requests to ${operations.tested} of ${operations.total} operations`);
  for (const one of [...failures, ...errors]) console.log(`✗ ${one.title}: ${(one.operations ?? []).join(', ')}`);
  return { passed: Math.max(0, operations.tested - faulty.size), failed: faulty.size, skipped: operations.skipped };
}

/** Queries whose rules no schema can say: such requests are refused with 400, whatever the schema allows. */
const MEANINGS = {
  '/executions/{id}/state': 'one of `at` and `before`',
  '/auth/login': 'return_to is a path of this server',
  '/auth/callback': 'state and code belong to a login that was begun',
};

/**
 * Refusals that are true to the contract. Bodies are documents with rules of their own (flows, inputs, templates, who is known, either this or
 * that), cursors and revisions are opaque: there 400 is an answer to what the schema allows. Everything else has to be accepted.
 */
function settings(document) {
  const lines = [
    'warnings = false',
    '[generation]',
    'with-security-parameters = false',
    '[checks.positive_data_acceptance]',
    `expected-statuses = ${statuses('2xx', 302, 304, 401, 403, 404, 405, 408, 409, 410, 429, 431)}`,
    '[checks.negative_data_rejection]',
    `expected-statuses = ${statuses(400, 401, 403, 404, 405, 409, 410, 413, 415, 429, 431)}`,
  ];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const { operationId, parameters = [], requestBody } of Object.values(methods)) {
      const opaque = parameters.some(({ name }) => name === 'cursor' || name === 'If-Match');
      if (requestBody === undefined && !opaque && MEANINGS[path] === undefined) continue;
      lines.push(
        '[[operations]]',
        `include-operation-id = ${JSON.stringify(operationId)}`,
        '[operations.checks.positive_data_acceptance]',
        `expected-statuses = ${statuses('2xx', 302, 304, 400, 401, 403, 404, 405, 408, 409, 410, 415, 429, 431)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** @param {...(string | number)} list */
const statuses = (...list) => JSON.stringify(list.map(String));

/** Once a machine; null, and why, where it can't be had. */
async function install() {
  const cache = join(homedir(), '.cache', 'weir');
  const place = join(cache, `schemathesis-${VERSION}`);
  const program = (folder) =>
    join(folder, process.platform === 'win32' ? 'Scripts/schemathesis.exe' : 'bin/schemathesis');
  if (existsSync(program(place))) return program(place);
  await mkdir(cache, { recursive: true });
  rmSync(place, { recursive: true, force: true });
  const steps = [
    ['python3', ['-m', 'venv', place], 'Python 3 with venv'],
    [join(place, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`], 'the Python package index'],
  ];
  for (const [command, args, what] of steps) {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
    if (status === 0) continue;
    rmSync(place, { recursive: true, force: true });
    console.log(`schemathesis: left out, as ${what} is not there: ${(stderr ?? '').trim().split('\n').at(-1)}`);
    return null;
  }
  return program(place);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensurePackages();
  const [url, token] = process.argv.slice(2);
  const counts = await runSchemathesis({ ...(url !== undefined && { url }), ...(token !== undefined && { token }) });
  console.log(countsLine(counts));
  process.exitCode = exitCode(counts);
}
