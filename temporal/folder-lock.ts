import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 500;

/** Runs `work` while holding `folder` as a lock between processes. Waits for a holder that lives; takes over from one that died. */
export async function withFolderLock<T>(
  folder: string,
  log: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  for (let told = false; !(await tryLock(folder)); await sleep(POLL_MS)) {
    if (!told) log(`waiting for another process that holds ${folder}`);
    told = true;
  }
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes the lock, or tells at once that a living process has it. The lock is a folder with the holder's identity. */
export async function tryLock(folder: string): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await mkdir(folder);
      await writeFile(join(folder, 'pid'), `${process.pid} ${await startTimeOf(process.pid)}`);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await holderLives(folder)) return false;
    await rm(folder, { recursive: true, force: true });
  }
  return false;
}

async function holderLives(folder: string): Promise<boolean> {
  const read = () => readFile(join(folder, 'pid'), 'utf8').catch(() => '');
  let text = await read();
  if (text === '') {
    // Made a moment ago: its holder is about to write who it is.
    await sleep(POLL_MS);
    text = await read();
  }
  const [id, startTime = ''] = text.split(' ');
  const pid = Number(id);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // Process ids come again, in containers even the same one at each start: the time of the start tells them apart.
  return startTime === (await startTimeOf(pid));
}

/** Ticks since boot, from /proc; the same text for every process where there is none. */
async function startTimeOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in parentheses may hold anything; field 22 counts from after it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
