// A worker, a database and an organisation of its own on the test servers: executions are run, archived, and forgotten.
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { createTestDatabase } from '../../../postgres/test-database.ts';
import { TemporalWiring } from '../../../test/run/temporal-wiring.ts';
import { createGateway, type ExecutionGateway } from '../../executions/gateway.ts';
import { createExecutionReader } from '../../executions/read-execution.ts';
import type { Runs } from '../../executions/runs.ts';
import { scopedRuns } from '../../executions/scoped-runs.ts';
import { createTemporalRuns } from '../../executions/temporal-runs.ts';
import type { StoredFlow } from '../../flows/flow-store.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { createHistoryReader } from '../../workflows/host/history-reader.ts';
import { fakeStore } from '../../api/testdata/fake-api.ts';
import { type Archive, createArchive } from '../archive.ts';
import { archivedRuns } from '../archived-runs.ts';
import { createSweeper, type Sweeper, type SweeperOptions } from '../sweeper.ts';

export interface ArchiveRoom {
  readonly organisation: string;
  readonly database: Database;
  readonly databaseUrl: string;
  /** Of the Temporal server. */
  readonly address: string;
  /** The organisation's, as Temporal has them. */
  readonly runs: Runs;
  readonly archive: Archive;
  readonly gateway: ExecutionGateway;
  /** Another gateway, which has read nothing yet; of another organisation, or with a task queue that nobody polls. */
  readonly freshGateway: (more?: { readonly organisation?: string; readonly taskQueue?: string }) => ExecutionGateway;
  readonly sweeper: (more?: Partial<SweeperOptions>) => Sweeper;
  /** From now on Temporal knows these runs no longer (left out: all so far), as after its retention. */
  readonly forget: (executionId: string, runIds?: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function archiveRoom(flows: readonly StoredFlow[]): Promise<ArchiveRoom> {
  const organisation = `org-${randomUUID().slice(0, 8)}`;
  const place = await createTestDatabase(inject('databaseUrl'));
  const database = openDatabase({ url: place.url, max: 4 });
  const owner = openDatabase({ url: place.url, role: null, max: 1 });
  await owner.sql`insert into organisations (id, title) values (${organisation}, 'Test')`;
  await owner.close();
  const taskQueue = `archive-${randomUUID()}`;
  const wiring = await TemporalWiring.start(inject('temporalAddress'), { taskQueue });
  const temporal = createTemporalRuns({ client: wiring.client, taskQueue });
  const forgotten = new Set<string>();
  const runs = scopedRuns(forgetting(temporal, forgotten), organisation);
  const archiveOf = createArchive({ database });
  const archive = archiveOf(organisation);
  const freshGateway: ArchiveRoom['freshGateway'] = (more = {}) => {
    const owner = more.organisation ?? organisation;
    const port =
      more.taskQueue === undefined
        ? forgetting(temporal, forgotten)
        : createTemporalRuns({ client: wiring.client, taskQueue: more.taskQueue });
    const all = archivedRuns(scopedRuns(port, owner), archiveOf(owner));
    return createGateway({
      runs: all,
      archive: archiveOf(owner),
      flows: fakeStore(flows),
      reader: createExecutionReader({ runs: all, createHistoryReader }),
      verifyCallback: () => {
        throw new Error('no callbacks here');
      },
      adapters: async () => new Map(),
      requestSlot: async () => 'granted',
      organisation: owner,
    });
  };
  return {
    organisation,
    database,
    databaseUrl: place.url,
    address: inject('temporalAddress'),
    runs,
    archive,
    gateway: freshGateway(),
    freshGateway,
    sweeper: (more = {}) => createSweeper({ database, runs, createHistoryReader, leaseMs: 300, ...more }),
    async forget(executionId, runIds) {
      const { items } = await temporal.list(`WorkflowId = '${executionId}'`, { size: 100, cursor: null });
      for (const runId of runIds ?? items.map((run) => run.runId)) forgotten.add(runId);
    },
    async close() {
      await wiring.stop();
      await database.close();
      await place.drop();
    },
  };
}

/** Deleting for good takes the server half a minute each. */
function forgetting(runs: Runs, forgotten: ReadonlySet<string>): Runs {
  return {
    ...runs,
    async describe(executionId) {
      const found = await runs.describe(executionId);
      return found === null || forgotten.has(found.runId) ? null : found;
    },
    history: async (executionId, runId) => (forgotten.has(runId) ? null : runs.history(executionId, runId)),
    async list(query, page) {
      const found = await runs.list(query, page);
      return { ...found, items: found.items.filter((run) => !forgotten.has(run.runId)) };
    },
  };
}
