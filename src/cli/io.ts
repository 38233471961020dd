import type { Readable } from 'node:stream';
import type { ReplayedHistory } from '../worker/replay-history.ts';
import type { Prompter } from './prompter.ts';

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
  /** Width of the terminal in characters; absent when nobody knows. Tables are cut to it. */
  readonly columns?: number | undefined;
  /** Asks the person at the terminal. Absent when there is none: standard input or standard error is no terminal. */
  readonly prompter?: Prompter | undefined;
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
  /** Serves the API alone: PostgreSQL and Temporal are elsewhere (`weir api`). */
  readonly startApi?: (options: StartServiceOptions) => Promise<RunningService>;
  /** Runs a worker alone (`weir worker`). */
  readonly startWorker?: (options: StartServiceOptions) => Promise<RunningService>;
  /** Brings the database to the schema of this release (`weir migrate`); resolves when that is done. Rejects with what to do. */
  readonly migrate?: (options: MigrateOptions) => Promise<void>;
}

/** Settings beside these come from `env`. A service rejects with what to do when one is wrong or something it needs is away. */
export interface StartServiceOptions {
  /** Where the API listens, 0 picks a free port; for a worker where its health is asked. Null: that of the settings. */
  readonly port: number | null;
  /** Address of the interface to listen on; null: that of the settings. */
  readonly host: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A line on what happens. */
  readonly log: (line: string) => void;
}

export interface MigrateOptions extends Pick<StartServiceOptions, 'env' | 'log'> {
  /** Revokes the owner's token and tells a new one, for who lost it. Default false. */
  readonly renewOwner?: boolean;
}

export interface RunningService {
  /** Where it is reached, without a slash at the end; absent for one that listens nowhere. */
  readonly url?: string;
  /** Drains and stops it. */
  close(): Promise<void>;
}

export interface StartDevOptions {
  /** Absolute path of the folder whose flows are served, without a database. Left out: the whole control plane on PostgreSQL. */
  readonly flowsDir?: string;
  /** Port of the API; 0 picks a free one. */
  readonly port: number;
  /** Keeps nothing on disk: a new Temporal server in memory. */
  readonly ephemeral: boolean;
  /** Absolute path of the folder that keeps state over restarts; `<cwd>/.weir` when left out. */
  readonly stateDir?: string;
  /** Revokes the owner's token and gives a new one, for who lost it. Default false. */
  readonly renewOwner?: boolean;
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
  /** Secret of the owner's token, when this start has made it: it can't be shown again. Absent or null otherwise. */
  readonly ownerToken?: string | null;
  close(): Promise<void>;
}
