import { main } from '../main.ts';
import type { CliIo, CliServices } from '../io.ts';
import type { Prompter } from '../prompter.ts';

export interface FakeOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly prompter?: Prompter;
  readonly services?: CliServices;
  /** Is given how to send a signal to the command. */
  readonly onStart?: (signal: () => void) => void;
  /** Called with each piece of text, as it is written. */
  readonly onText?: (text: string) => void;
}

export interface FakeRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `weir` in this process and collects what it writes. */
export async function weir(argv: readonly string[], options: FakeOptions = {}): Promise<FakeRun> {
  let stdout = '';
  let stderr = '';
  const listeners = new Set<(signal: string) => void>();
  const io: CliIo = {
    stdin: (async function* () {
      yield options.stdin ?? '';
    })(),
    stdout: { write: (text) => ((stdout += text), options.onText?.(text)) },
    stderr: { write: (text) => ((stderr += text), options.onText?.(text)) },
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    isTTY: options.isTTY ?? false,
    columns: options.columns,
    prompter: options.prompter,
    onSignal: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ...(options.services ? { services: options.services } : {}),
  };
  options.onStart?.(() => [...listeners].forEach((listener) => listener('SIGINT')));
  const code = await main(argv, io);
  return { code, stdout, stderr };
}
