import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measurement, type Measurement } from './measurement.ts';
import { median } from './statistics.ts';

const WEIR = join(import.meta.dirname, '..', 'bin', 'weir.mjs');
const READY = /https?:\/\/127\.0\.0\.1:\d+/;
const START_LIMIT_MS = 120_000;

const FLOW = `
flow: hello
version: 1.0.0
inputs: { name: { type: string } }
steps:
  - greet: { adapter: log, action: write, params: { message: "hello \${ $input.name }" } }
  - conditional:
      if: $input.name == 'Ada'
      then: [ { known: { set: { known: true } } } ]
output: { message: $greet.message }
`;

/** Times of the installed program, each command in a process of its own. */
export async function measureProcesses({
  quick,
  report,
}: {
  quick: boolean;
  report: (line: string) => void;
}): Promise<readonly Measurement[]> {
  const room = await mkdtemp(join(tmpdir(), 'weir-bench-cli-'));
  try {
    await writeFile(join(room, 'hello.flow.yaml'), FLOW);
    await weir(room, ['validate']); // builds what is out of date
    report('weir validate');
    const validating: number[] = [];
    for (let round = 0; round < (quick ? 5 : 15); round++)
      validating.push(await weir(room, ['validate', 'hello.flow.yaml']));
    report('weir test, 1,000 cases');
    await writeFile(join(room, 'hello.test.yaml'), thousandCases());
    const testing = await weir(room, ['test', 'hello.test.yaml']);
    const found = [
      measurement({ name: 'weir validate, one file', value: median(validating), unit: 'ms', goal: 400, compare: '<' }),
      measurement({ name: 'weir test, 1,000 cases', value: testing / 1_000, unit: 's', goal: 5, compare: '<' }),
    ];
    if (quick) return found;
    report('weir dev, cold then warm');
    await startAndStop(room);
    const warm = await startAndStop(room);
    return [
      ...found,
      measurement({ name: 'weir dev, warm start', value: warm / 1_000, unit: 's', goal: 8, compare: '<' }),
    ];
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** Milliseconds from start to end. Throws when the command fails. */
function weir(cwd: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [WEIR, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(performance.now() - started);
      else reject(new Error(`weir ${args.join(' ')} ended with ${code}:\n${text.slice(-2_000)}`));
    });
  });
}

/** Milliseconds until the development environment says that it is ready. */
function startAndStop(cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let ready: number | null = null;
    let text = '';
    const child = spawn(process.execPath, [WEIR, 'dev', '--flows', cwd, '--port', '0', '--state', join(cwd, '.weir')], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (ready !== null || !READY.test(chunk.toString('utf8'))) return;
      ready = performance.now() - started;
      child.kill('SIGTERM');
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(limit);
      if (ready === null) reject(new Error(`weir dev did not get ready:\n${text.slice(-2_000)}`));
      else resolve(ready);
    });
  });
}

function thousandCases(): string {
  const cases = Array.from(
    { length: 1_000 },
    (_, n) => `
  - name: case ${n}
    input: { name: "name ${n}" }
    mocks: { log.write: { return: { message: "hello ${n}" } } }
    expect: { status: completed, output: { message: "hello ${n}" }, calls: [ log.write ] }`,
  );
  return `flow: ./hello.flow.yaml\ncases:${cases.join('')}\n`;
}
