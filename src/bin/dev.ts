// `weir dev`: a Temporal server, a worker and the API in one process. Client and worker share one connection, which lets
// an execution start on this worker without a round trip to the server (eager start).
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { startDevServer } from '../../temporal/server.ts';
import type { DevServer, StartDevOptions } from '../cli/io.ts';
import { compile } from '../dsl/index.ts';
import { createFolderStore } from '../flows/folder-store.ts';
import { LOOPBACK } from '../adapters/http/egress-guard.ts';
import { createFilePinStore } from '../adapters/pin-store.ts';
import { settingsFromEnv } from '../adapters/settings-from-env.ts';
import { createClaimCheckCodec } from '../storage/claim-check-codec.ts';
import { createFsStore } from '../storage/fs-store.ts';
import { createWorker } from '../worker/create-worker.ts';
import { installRuntime } from '../worker/install-runtime.ts';
import { workflowBundle } from '../worker/workflow-bundle.ts';
import { createCloseStack } from './close-stack.ts';
import { createLiveRegistry } from './live-registry.ts';
import { readSettings } from './settings.ts';
import { openStateFolder } from './state-folder.ts';

/** Starts everything; resolves when it answers. `close` drains and leaves nothing behind. Rejects with what to do, after undoing what had started. */
export async function startDev(options: StartDevOptions): Promise<DevServer> {
  const stack = createCloseStack();
  try {
    return { ...(await start(options, stack.add)), close: stack.close };
  } catch (error) {
    await stack.close().catch(() => undefined);
    throw error;
  }
}

async function start({ flowsDir, port, ephemeral, stateDir, env, log }: StartDevOptions, onClose: (close: () => Promise<unknown>) => void): Promise<Omit<DevServer, 'close'>> {
  const settings = readSettings(env);
  installRuntime((level, message, fields) => log(`${level}: ${message} ${JSON.stringify(fields ?? {})}`));
  const state = await openStateFolder(ephemeral ? undefined : (stateDir ?? join(process.cwd(), '.weir')));
  onClose(state.release);

  const bundled = workflowBundle(); // made while the server starts
  bundled.catch(() => undefined);
  const temporal = await startDevServer({ env, log, stateFile: state.temporalFile });
  onClose(temporal.stop);
  const connection = await NativeConnection.connect({ address: temporal.address });
  onClose(() => connection.close());
  return { url: '', uiUrl: temporal.uiUrl ?? null };
}
