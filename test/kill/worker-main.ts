// A worker as a process of its own, to be killed. Arguments: Temporal's address, task queue, ledger file, cached workflows (or -).
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../../src/activities/create-activities.ts';
import { createSecretsResolver } from '../../src/activities/secrets/secrets.ts';
import { slotActivities } from '../../src/activities/slots.ts';
import { createWorker } from '../../src/worker/create-worker.ts';
import { installRuntime } from '../../src/worker/install-runtime.ts';
import { ledgerAdapter } from './ledger-adapter.ts';

const [address = '', taskQueue = '', ledger = '', cached = '-'] = process.argv.slice(2);
installRuntime(() => undefined);
const connection = await NativeConnection.connect({ address });
const adapter = ledgerAdapter(ledger);
const activities = {
  ...createActivities({
    registry: { find: async () => adapter },
    secrets: createSecretsResolver([]),
    callbackUrls: ({ nonce }) => `http://127.0.0.1/callbacks/${nonce}`,
    log: () => undefined,
  }),
  ...slotActivities(new Client({ connection }), taskQueue),
};
const worker = await createWorker({
  connection,
  activities,
  taskQueue,
  ...(cached !== '-' && { maxCachedWorkflows: Number(cached) }),
});
process.stdin.on('end', () => process.exit(1)).resume(); // does not outlive the test
process.stdout.write('ready\n');
await worker.run();
