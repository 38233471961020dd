// An installation as it is operated: PostgreSQL, Temporal, several `weir api` and a `weir worker`, each a process that can be ended.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../../postgres/server.ts';
import { migrateDatabase } from '../../src/bin/migrate-database.ts';
import { freePort } from '../../temporal/free-port.ts';
import { type DevServer, startDevServer } from '../../temporal/server.ts';
import { type Answer, ask } from './ask.ts';
import { temporalPid } from './processes.ts';
import { buildProgram, type Program } from './program.ts';
import { startWeirProcess, type WeirProcess } from './weir-process.ts';

const quiet = (): void => undefined;

export class Installation {
  /** Holds everything that is kept. */
  readonly folder: string;
  readonly program: Program;
  /** The owner's. */
  token = '';
  apis: WeirProcess[] = [];
  worker: WeirProcess | null = null;
  #postgres: PostgresServer | null = null;
  #temporal: DevServer | null = null;
  #postgresPort = 0;
  #temporalPort = 0;

  /** All of it, with `apis` processes of the API. What came up before a failure is ended again. */
  static async open(apis = 2): Promise<Installation> {
    const [folder, program] = await Promise.all([openRoom(), buildProgram()]);
    const made = new Installation(folder, program);
    try {
      [made.#postgresPort, made.#temporalPort] = [await freePort(), await freePort()];
      await Promise.all([made.startPostgres().then(() => made.#migrate()), made.startTemporal()]);
      const starting = [made.startWorker(), ...Array.from({ length: apis }, () => made.startApi())];
      for (const part of await Promise.allSettled(starting)) if (part.status === 'fulfilled') made.#keep(part.value);
      await Promise.all(starting);
      return made;
    } catch (error) {
      await made.close();
      throw error;
    }
  }
  /** As `weir migrate` does, which tells the owner's token once. */
  async #migrate(): Promise<void> {
    const said: string[] = [];
    await migrateDatabase({ env: this.env, log: (line) => said.push(line) });
    const token = /^owner token (\S+)/m.exec(said.join('\n'))?.[1];
    if (token === undefined) throw new Error(`no owner token was told:\n${said.join('\n')}`);
    this.token = token;
  }
  private constructor(folder: string, program: Program) {
    this.folder = folder;
    this.program = program;
  }

  #keep(part: WeirProcess): void {
    if (part.url === '') this.worker = part;
    else this.apis.push(part);
  }

  /** A superuser's address. */
  get databaseUrl(): string {
    return this.#postgres?.url ?? '';
  }
  get temporalAddress(): string {
    return `127.0.0.1:${this.#temporalPort}`;
  }
  get env(): Readonly<Record<string, string>> {
    return {
      DATABASE_URL: this.databaseUrl,
      TEMPORAL_ADDRESS: this.temporalAddress,
      WEIR_STATE_DIR: join(this.folder, 'state'),
      WEIR_RATE_LIMIT: '1000000',
      PATH: process.env['PATH'] ?? '',
      XDG_CONFIG_HOME: join(this.folder, 'config'),
    };
  }

  async startPostgres(): Promise<void> {
    const env = { ...process.env, DATABASE_URL: undefined };
    const dataDir = join(this.folder, 'postgres');
    this.#postgres = await startPostgres({ env, log: quiet, dataDir, port: this.#postgresPort });
  }
  /** As an operator does: connections are cut, and nothing listens any more. */
  async stopPostgres(): Promise<void> {
    await this.#postgres?.stop();
  }
  async startTemporal(): Promise<void> {
    const env = { ...process.env, TEMPORAL_ADDRESS: undefined };
    const stateFile = this.#temporalFile;
    this.#temporal = await startDevServer({ env, log: quiet, stateFile, port: this.#temporalPort, uiPort: false });
  }
  async killTemporal(): Promise<void> {
    process.kill(temporalPid(this.#temporalFile), 'SIGKILL');
    await this.#temporal?.stop();
  }
  get #temporalFile(): string {
    return join(this.folder, 'temporal.db');
  }

  startApi(port = 0): Promise<WeirProcess> {
    return this.#start('api', '--port', String(port));
  }
  startWorker(): Promise<WeirProcess> {
    return this.#start('worker');
  }
  #start(...args: string[]): Promise<WeirProcess> {
    return startWeirProcess({ program: this.program.path, args, env: this.env });
  }

  /** Asks as the owner; `api`: which process. */
  ask(
    api: number,
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return ask({ url: this.apis[api]?.url ?? '', method, path, body, headers, token: this.token });
  }

  async close(): Promise<void> {
    const parts = [...this.apis, ...(this.worker === null ? [] : [this.worker])];
    await Promise.all(parts.map((part) => part.end('SIGKILL')));
    await Promise.all([this.#temporal?.stop(), this.#postgres?.stop()]);
    this.program.remove();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Where the account that PostgreSQL runs as can get in. */
export async function openRoom(): Promise<string> {
  const room = await mkdtemp(join(tmpdir(), 'weir-faults-'));
  await chmod(room, 0o755);
  return room;
}
