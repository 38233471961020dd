import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 500;

/** Runs `work` while holding `folder` as a lock between processes. Waits for a holder that lives; takes over from one that died. */
export async function withFolderLock<T>(folder: string, log: (line: string) => void, work: () => Promise<T>): Promise<T> {
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

/** Takes the lock, or tells at once that a living process has it. The lock is a folder with the holder's process id. */
export async function tryLock(folder: string): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await mkdir(folder);
      await writeFile(join(folder, 'pid'), String(process.pid));
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
  let text = await readFile(join(folder, 'pid'), 'utf8').catch(() => '');
  if (text === '') {
    // Made a moment ago: its holder is about to write its id.
    await sleep(POLL_MS);
    text = await readFile(join(folder, 'pid'), 'utf8').catch(() => '');
  }
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
