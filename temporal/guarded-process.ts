// Runs a server under a tiny shell that stops it when this process is gone, even by SIGKILL: the shell's stdin is a pipe
// from us, and its end (end of file) is the sign. Its own session keeps the terminal's Ctrl-C away from the server, which
// must outlive the worker while that drains.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

/** $1 is the grace in tenths of a second; the rest is the command. Plain POSIX sh. */
const GUARD = `
exec 3<&0
grace=$1; shift
"$@" </dev/null 3<&- &
server=$!
{
  read -r _ <&3
  kill -TERM $server
  while [ $grace -gt 0 ] && kill -0 $server; do sleep 0.1; grace=$((grace - 1)); done
  kill -KILL $server
} 2>/dev/null &
guard=$!
wait $server
code=$?
kill $guard 2>/dev/null
exit $code
`;

export interface GuardedProcess {
  /** Settles when the server has ended by itself or was stopped. */
  readonly ended: Promise<void>;
  /** True once it has ended. */
  readonly hasEnded: () => boolean;
  /** SIGTERM, and SIGKILL after the grace. Resolves when nothing is left. Safe to call twice. */
  readonly stop: () => Promise<void>;
}

export interface GuardedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output and error go here; appended. */
  readonly logFile: string;
  /** Between SIGTERM and SIGKILL; default 5,000 ms. */
  readonly graceMs?: number;
}

/** Starts `command` so that it can't outlive this process. POSIX only. */
export function startGuardedProcess({
  command,
  args,
  env,
  logFile,
  graceMs = 5_000,
}: GuardedProcessOptions): GuardedProcess {
  const log = openSync(logFile, 'a');
  const child = spawn('/bin/sh', ['-c', GUARD, 'weir-guard', String(Math.ceil(graceMs / 100)), command, ...args], {
    stdio: ['pipe', log, log],
    env: { ...env },
    detached: true,
  });
  closeSync(log);
  const { stdin } = child;
  if (stdin === null) throw new Error('a child with a piped stdin has none');
  // A server that dies first breaks the pipe: `ended` tells that, the pipe's own error adds nothing.
  stdin.on('error', () => undefined);
  let gone = false;
  const ended = once(child, 'exit').then(
    () => void (gone = true),
    () => void (gone = true),
  );
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing left in the group.
    }
  };
  const stop = async () => {
    stdin.end();
    const late = setTimeout(killGroup, graceMs + 2_000);
    await ended;
    clearTimeout(late);
    killGroup();
  };
  return { ended, hasEnded: () => gone, stop };
}
