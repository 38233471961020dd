import { readdirSync, readFileSync } from 'node:fs';

/** Ids of living processes on whose command line `text` stands; of none that is only not yet buried. */
export function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && commandOf(pid).join(' ').includes(text));
}

/** The one Temporal server that keeps its state in `stateFile`, not the shell that guards it. */
export function temporalPid(stateFile: string): number {
  const found = processesWith(stateFile).filter((pid) => commandOf(pid)[0]?.endsWith('temporal'));
  const [pid, ...more] = found;
  if (pid === undefined || more.length > 0) throw new Error(`${found.length} Temporal servers have ${stateFile}`);
  return pid;
}

function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // gone meanwhile
  }
}
