import { readdirSync, readFileSync } from 'node:fs';

/** Ids of living processes on whose command line `text` stands; of none that is only not yet buried. */
export function processesWith(text: string): readonly number[] {
  return allPids().filter((pid) => pid !== process.pid && commandOf(pid).join(' ').includes(text));
}

/** Ids of the processes that `pid` started, and those that they started. */
export function descendantsOf(pid: number): readonly number[] {
  const children = allPids().filter((child) => parentOf(child) === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Not there, or dead and only not yet buried. */
export function isGone(pid: number): boolean {
  return commandOf(pid).join('') === '';
}

/** The one Temporal server that keeps its state in `stateFile`, not the shell that guards it. */
export function temporalPid(stateFile: string): number {
  const found = processesWith(stateFile).filter((pid) => commandOf(pid)[0]?.endsWith('temporal'));
  const [pid, ...more] = found;
  if (pid === undefined || more.length > 0) throw new Error(`${found.length} Temporal servers have ${stateFile}`);
  return pid;
}

const allPids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** 0 where there is none. */
function parentOf(pid: number): number {
  try {
    // The name before it, in brackets, may hold anything.
    const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return Number(parent);
  } catch {
    return 0; // gone meanwhile
  }
}

function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // gone meanwhile
  }
}
