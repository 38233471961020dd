// A sweeper in a process of its own, which is killed when it has read and written an execution, and has not committed it.
import { Client, Connection } from '@temporalio/client';
import { scopedRuns } from '../../executions/scoped-runs.ts';
import { createTemporalRuns } from '../../executions/temporal-runs.ts';
import { openDatabase } from '../../store/database.ts';
import { createHistoryReader } from '../../workflows/host/history-reader.ts';
import { createSweeper } from '../sweeper.ts';

interface Settings {
  readonly address: string;
  readonly databaseUrl: string;
  readonly organisation: string;
  readonly executionId: string;
}
const settings = JSON.parse(process.argv[2] ?? '') as Settings; // the test wrote it
const client = new Client({ connection: await Connection.connect({ address: settings.address }) });
const sweeper = createSweeper({
  database: openDatabase({ url: settings.databaseUrl, max: 2 }),
  runs: scopedRuns(createTemporalRuns({ client }), settings.organisation),
  createHistoryReader,
  leaseMs: 100,
  async onEnded(tx, { executionId }) {
    if (executionId !== settings.executionId) return;
    await tx.execute('select 1');
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  },
});
for (;;) {
  await sweeper.tick();
  await new Promise((resolve) => setTimeout(resolve, 100));
}
