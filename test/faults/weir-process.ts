import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A whole test run may share two cores with it. */
const READY_WITHIN_MS = 90_000;

/** A `weir` command that serves until it is told to end. */
export interface WeirProcess {
  readonly pid: number;
  /** Where it serves; empty for a worker. */
  readonly url: string;
  /** What it printed so far, both streams. */
  readonly log: () => string;
  readonly hasEnded: () => boolean;
  /** Sends the signal and waits: the exit code, or null when the signal ended it. Throws when it has not ended after `withinMs`. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL', withinMs?: number) => Promise<number | null>;
}

export interface WeirProcessOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** All of it: of this process's environment only that goes along which tells where programs and caches are. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts it and waits for its `ready` line. Fails with what it printed. */
export async function startWeirProcess({ program, args, env }: WeirProcessOptions): Promise<WeirProcess> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...machine(), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let ended = false;
  const exit = once(child, 'exit').then(() => void (ended = true));
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(late);
      child.kill('SIGKILL');
      reject(new Error(`weir ${args.join(' ')} ${why}:\n${printed}`));
    };
    const late = setTimeout(() => fail('was not ready in time'), READY_WITHIN_MS);
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      const ready = /^ready(?: (http:\/\/[^\s]+))?/m.exec(printed);
      if (ready === null || !printed.includes('\n', ready.index)) return;
      clearTimeout(late);
      resolve(ready[1] ?? '');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exit.then(() => fail(`ended with ${String(child.exitCode ?? child.signalCode)}`));
  });
  return {
    pid: child.pid ?? 0,
    url,
    log: () => printed,
    hasEnded: () => ended,
    async end(signal, withinMs = 30_000) {
      if (!ended) child.kill(signal);
      const late = sleep(withinMs, 'late', { ref: false });
      if ((await Promise.race([exit, late])) === 'late') {
        child.kill('SIGKILL');
        throw new Error(`weir ${args.join(' ')} did not end within ${withinMs} ms after ${signal}:\n${printed}`);
      }
      return child.exitCode;
    },
  };
}

/** Where programs are found, and where the Temporal binary is kept. */
function machine(): Record<string, string> {
  const names = ['PATH', 'HOME', 'XDG_CACHE_HOME', 'GOPATH', 'GOCACHE', 'GOPROXY'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
