import type { Readable } from 'node:stream';
import type { ReplayedHistory } from '../worker/replay-history.ts';

/** Everything the CLI touches of the outside, so that tests run `main()` in-process. The composition root makes the real one. */
export interface CliIo {
  readonly stdin: AsyncIterable<Uint8Array | string> | Readable;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths of the command line start here. */
  readonly cwd: string;
  /** True when a person reads standard output: colours and hints. */
  readonly isTTY: boolean;
  /** Calls `listener` on SIGINT and SIGTERM instead of ending the process. Returns how to stop listening. */
  onSignal(listener: (signal: string) => void): () => void;
  /** What only the composition root can build (src/cli imports no server). Loaded when a command needs it. */
  readonly services?: CliServices;
}

export interface TextSink {
  write(text: string): unknown;
}

export interface CliServices {
  /** Starts the development environment in this process: Temporal, worker, API. */
  readonly startDev?: (options: StartDevOptions) => Promise<DevServer>;
  /** Replays a recorded history (JSON) on the workflow code of this installation. Rejects for what is no history. */
  readonly replayHistory?: (history: unknown) => Promise<ReplayedHistory>;
}

export interface StartDevOptions {
  /** Absolute path of the folder whose flows are served. */
  readonly flowsDir: string;
  /** Port of the API; 0 picks a free one. */
  readonly port: number;
  /** Keeps nothing on disk: a new Temporal server in memory. */
  readonly ephemeral: boolean;
  /** Absolute path of the folder that keeps state over restarts; `<cwd>/.weir` when left out. */
  readonly stateDir?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A line on what is being started. */
  readonly log: (line: string) => void;
  /** Also tells of problems in the folder, now and after each edit. Default false. */
  readonly tellProblems?: boolean;
}

export interface DevServer {
  /** Base address of the API, without a slash at the end. */
  readonly url: string;
  /** Temporal's Web UI, null when it was not started. */
  readonly uiUrl: string | null;
  close(): Promise<void>;
}
