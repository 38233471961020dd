import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/weir.mjs', import.meta.url));
/** A cold start builds the program and may share two cores with a whole test run. */
const READY_WITHIN_MS = 120_000;
const STOPPED_WITHIN_MS = 40_000;

export interface WeirProcess {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly pid: number;
  /** What it printed so far, both streams. */
  log(): string;
  /** Sends the signal and waits for the end: the exit code, or null when the signal ended it. */
  stop(signal?: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null>;
}

/** A folder with these flow files, and a way to get rid of it. */
export function flowFolder(flows: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-blackbox-'));
  for (const [name, source] of Object.entries(flows)) writeFileSync(join(folder, name), source);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

export interface StartOptions {
  readonly flows: string;
  /** Folder for the state; left out: nothing is kept. */
  readonly state?: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `weir dev` as its users do and waits for its `ready` line. Fails with what it printed. */
export async function startWeir({ flows, state, port = 0, env = {} }: StartOptions): Promise<WeirProcess> {
  const keep = state === undefined ? ['--ephemeral'] : ['--state', state];
  const { TEMPORAL_ADDRESS: _own, ...inherited } = process.env;
  const child = spawn(process.execPath, [PROGRAM, 'dev', '--flows', flows, '--port', String(port), ...keep], {
    env: { ...inherited, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const ended = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    const giveUp = setTimeout(() => fail('was not ready in time'), READY_WITHIN_MS);
    const fail = (why: string) => {
      clearTimeout(giveUp);
      child.kill('SIGKILL');
      reject(new Error(`weir dev ${why}:\n${printed}`));
    };
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const address = /^ready (http:\/\/127\.0\.0\.1:\d+)/m.exec(printed)?.[1];
      if (address === undefined) return;
      clearTimeout(giveUp);
      resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(([code]) => fail(`ended with ${String(code)}`));
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
    await ended;
    clearTimeout(late);
    return child.exitCode;
  };
  return { url, pid: child.pid ?? 0, log: () => printed, stop };
}
