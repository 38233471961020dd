import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { cachedWorkflowBundle } from '../../src/worker/workflow-bundle.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The built worker program: starts in a second, where the sources would take three. */
export interface WorkerProgram {
  readonly path: string;
  readonly remove: () => void;
}

export async function buildWorkerProgram(): Promise<WorkerProgram> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const room = mkdtempSync(join(ROOT, 'dist', '.kill-'));
  const path = join(room, 'worker.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'worker-main.ts')],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    banner: {
      js: "import { createRequire as weirRequire } from 'node:module'; const require = weirRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  copyFileSync(await cachedWorkflowBundle(ROOT), join(room, 'workflow-bundle.js'));
  return { path, remove: () => rmSync(room, { recursive: true, force: true }) };
}

export interface WorkerOptions {
  readonly address: string;
  readonly taskQueue: string;
  readonly ledger: string;
  /** Default the worker's own; 0 replays the whole history for each task. */
  readonly maxCachedWorkflows?: number;
}

/** A worker in a process of its own. */
export class WorkerProcess {
  readonly pid: number;
  readonly #child: ChildProcess;

  static async start(
    program: WorkerProgram,
    { address, taskQueue, ledger, maxCachedWorkflows }: WorkerOptions,
  ): Promise<WorkerProcess> {
    const child = spawn(
      process.execPath,
      [program.path, address, taskQueue, ledger, String(maxCachedWorkflows ?? '-')],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the worker ended at once, with ${code}`);
      }),
    ]);
    return new WorkerProcess(child);
  }
  private constructor(child: ChildProcess) {
    if (child.pid === undefined) throw new Error('a process that is ready has an id');
    this.pid = child.pid;
    this.#child = child;
  }

  /** SIGKILL: no drain, no last word. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
