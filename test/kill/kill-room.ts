import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { HistoryEvent, HistoryReader } from '../../src/executions/history.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import { CURRENT_BEHAVIOUR } from '../../src/workflows/interpreter/behaviours.ts';
import { createHistoryReader } from '../../src/workflows/host/history-reader.ts';
import { searchAttributesOf } from '../../src/workflows/runtime/search-attributes.ts';
import { type CompiledScenario, compileScenario } from '../replay/scenario.ts';
import { ledgerAdapter } from './ledger-adapter.ts';
import { type LedgerLine, readLedger } from './ledger.ts';
import { buildWorkerProgram, WorkerProcess, type WorkerProgram } from './worker-process.ts';

/** Workers that can be killed, a client that can't, and a ledger outside of both. On a task queue of its own. */
export class KillRoom {
  readonly client: Client;
  readonly #connection: Connection;
  readonly #program: WorkerProgram;
  readonly #folder: string;
  readonly #address: string;
  readonly #taskQueue: string;
  readonly #workers: WorkerProcess[] = [];

  static async open(address: string, name: string): Promise<KillRoom> {
    const [connection, program] = await Promise.all([Connection.connect({ address }), buildWorkerProgram()]);
    return new KillRoom({ address, connection, program, taskQueue: `${name}-${process.pid}` });
  }
  private constructor(parts: { address: string; connection: Connection; program: WorkerProgram; taskQueue: string }) {
    this.#address = parts.address;
    this.#connection = parts.connection;
    this.#program = parts.program;
    this.#taskQueue = parts.taskQueue;
    this.#folder = mkdtempSync(join(tmpdir(), 'weir-kill-'));
    this.client = new Client({ connection: parts.connection });
  }
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.kill()));
    await this.#connection.close();
    this.#program.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async startWorker(options: { maxCachedWorkflows?: number } = {}): Promise<WorkerProcess> {
    const worker = await WorkerProcess.start(this.#program, {
      address: this.#address,
      taskQueue: this.#taskQueue,
      ledger: this.ledgerFile,
      ...options,
    });
    this.#workers.push(worker);
    return worker;
  }
  get ledgerFile(): string {
    return join(this.#folder, 'ledger.jsonl');
  }
  ledger(): readonly LedgerLine[] {
    return readLedger(this.ledgerFile);
  }

  compile(source: string): CompiledScenario {
    return compileScenario({ source }, [ledgerAdapter(this.ledgerFile)]);
  }
  async start({ flow, flows }: CompiledScenario, id: string, input: Json = {}): Promise<WorkflowHandle> {
    const trigger = { type: 'manual', source: 'test', id, time: new Date().toISOString(), data: input, headers: {} };
    const argument = {
      format: 1,
      behaviour: CURRENT_BEHAVIOUR,
      flow,
      flows,
      input,
      environment: 'test',
      config: {},
      tags: [],
      trigger,
    } as const;
    return this.client.workflow.start(flow.name, {
      workflowId: id,
      taskQueue: this.#taskQueue,
      args: [argument],
      workflowTaskTimeout: '2s',
      typedSearchAttributes: searchAttributesOf(argument),
    });
  }
  async read(id: string, runId?: string): Promise<{ reader: HistoryReader; events: readonly HistoryEvent[] }> {
    const reader = createHistoryReader(id);
    const events = (await this.client.workflow.getHandle(id, runId).fetchHistory()).events ?? [];
    await reader.push(0, events);
    return { reader, events };
  }
}
