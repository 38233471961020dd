import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** On the command line of every server of ours. */
export const OUR_MARK = 'cluster_name=weir';

const POLL_MS = 50;
/** How long each signal may take before the next. SIGINT disconnects clients and writes everything; SIGQUIT only ends. */
const STEPS: readonly { signal: NodeJS.Signals; forMs: number }[] = [
  { signal: 'SIGINT', forMs: 15_000 },
  { signal: 'SIGQUIT', forMs: 10_000 },
  { signal: 'SIGKILL', forMs: 5_000 },
];

/**
 * Ends a server of ours that still runs on the data in `path` although the process it belonged to is gone. Call only
 * while holding the folder's lock. Throws when somebody else's server runs there. A file that says one runs is
 * removed if none does: its number may meanwhile belong to any process, which PostgreSQL would take for itself.
 */
export async function endOrphan(path: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(path, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const command = await commandOf(pid);
  if (!command.includes('postgres') || !command.includes(path)) return rm(pidFile, { force: true });
  if (!command.includes(OUR_MARK)) {
    throw new Error(`A PostgreSQL that is not Weir's runs on ${path} (process ${pid}). Stop it first`);
  }
  log(`ending the PostgreSQL that an earlier run left behind (process ${pid})`);
  for (const { signal, forMs } of STEPS) {
    kill(pid, signal);
    for (const end = Date.now() + forMs; Date.now() < end; await sleep(POLL_MS)) {
      if ((await commandOf(pid)) !== command) return;
    }
  }
  throw new Error(`The PostgreSQL that an earlier run left behind on ${path} can't be ended (process ${pid})`);
}

/** Its command line; empty when there is no such process or it is dead and only not yet buried. */
async function commandOf(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)]).catch(async () => ({
    // Slim containers have no ps, but /proc.
    stdout: (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '),
  }));
  return stdout.trim();
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone between two looks.
  }
}
