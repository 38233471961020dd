// `weir dev --flows DIR`: a Temporal server, a worker and the API in one process, without a database and identities. Client and
// worker share one connection, which lets an execution start on this worker without a round trip to the server (eager start).
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { startDevServer } from '../../temporal/server.ts';
import { createCallbackUrls } from '../activities/callback-urls.ts';
import { verifyCallback } from '../activities/callback-token.ts';
import { checkInput } from '../activities/check-input.ts';
import { createActivities } from '../activities/create-activities.ts';
import { createEmit } from '../activities/emit.ts';
import { createResolveFlow } from '../activities/resolve-flow.ts';
import { envSecrets, fileSecrets } from '../activities/secrets/local-sources.ts';
import { createSecretsResolver } from '../activities/secrets/secrets.ts';
import { requestSlot, slotActivities } from '../activities/slots.ts';
import { LOOPBACK } from '../adapters/http/egress-guard.ts';
import { createFilePinStore } from '../adapters/pin-store.ts';
import { settingsFromEnv } from '../adapters/settings-from-env.ts';
import { LOCAL_PRINCIPAL } from '../auth/principal.ts';
import { createApp } from '../api/app.ts';
import { serve } from '../api/serve.ts';
import type { DevServer, StartDevOptions } from '../cli/io.ts';
import { VERSION } from '../cli/version.ts';
import { compile } from '../dsl/index.ts';
import { flowSchema } from '../dsl/schema/flow-schema.ts';
import { createEventSink } from '../events/sink.ts';
import { createGateway } from '../executions/gateway.ts';
import { createExecutionReader } from '../executions/read-execution.ts';
import { createTemporalRuns } from '../executions/temporal-runs.ts';
import { createFolderStore } from '../flows/folder-store.ts';
import { tellProblems } from '../flows/tell-problems.ts';
import { createClaimCheckCodec } from '../storage/claim-check-codec.ts';
import { createFsStore } from '../storage/fs-store.ts';
import { createWorker, TASK_QUEUE } from '../worker/create-worker.ts';
import { installRuntime } from '../worker/install-runtime.ts';
import { workflowBundle } from '../worker/workflow-bundle.ts';
import { createHistoryReader } from '../workflows/host/history-reader.ts';
import { runVirtual } from '../workflows/host/run-virtual.ts';
import type { OnClose } from './close-stack.ts';
import { createLiveRegistry } from './live-registry.ts';
import { portFor } from './port-for.ts';
import { createProcessLog } from './process-log.ts';
import { runWorker } from './run-worker.ts';
import { readSettings } from './settings.ts';
import { openStateFolder } from './state-folder.ts';

/** Starts everything; resolves when it answers. Rejects with what to do. */
export async function startDevFolder(
  { flowsDir, ...options }: StartDevOptions & { readonly flowsDir: string },
  onClose: OnClose,
): Promise<Omit<DevServer, 'close'>> {
  const { ephemeral, stateDir, env, log } = options;
  const settings = readSettings(env);
  const { logLine, fatal } = createProcessLog(log);
  installRuntime(logLine);
  const port = await portFor(options.port);
  const state = await openStateFolder(ephemeral ? undefined : (stateDir ?? join(process.cwd(), '.weir')));
  onClose(state.release);

  const bundled = workflowBundle(); // made while the server starts; createWorker reports a failure
  bundled.catch(() => undefined);
  const temporal = await startDevServer({ env, log, stateFile: state.temporalFile });
  onClose(temporal.stop);
  void temporal.lost.then(() => fatal('the Temporal server has ended'));
  const connection = await NativeConnection.connect({ address: temporal.address });
  onClose(() => connection.close());

  const registry = createLiveRegistry({
    settings: settingsFromEnv(env),
    pins: createFilePinStore(state.pins),
    http: { egress: { allow: [...LOOPBACK, ...settings.egressAllow] } },
  });
  onClose(registry.close);
  const onError = (error: unknown) => logLine('error', 'the flow folder could not be read', { error });
  const flows = await createFolderStore({
    folder: flowsDir,
    compile,
    loadAdapters: registry.load,
    now: Date.now,
    onError,
    ...(options.tellProblems === true && { onChange: tellProblems(log) }),
  });
  onClose(() => flows.close());

  const dataConverter = { payloadCodecs: [createClaimCheckCodec({ store: createFsStore(state.payloads) })] };
  const client = new Client({ connection, dataConverter });
  const key = settings.callbackKey ?? state.callbackKey;
  const runs = createTemporalRuns({ client, eagerStart: true });
  const executions = createGateway({
    runs,
    flows,
    reader: createExecutionReader({ runs, createHistoryReader }),
    verifyCallback: (token, now) => verifyCallback(token, key, now),
    adapters: async () => registry.manifests(),
    requestSlot: (request) => requestSlot(client, TASK_QUEUE, request),
    config: async () => settings.config,
  });
  const events = createEventSink({ flows, runs, start: executions.start });

  const url = `http://127.0.0.1:${port}`;
  const callbackUrls = createCallbackUrls({ baseUrl: settings.publicUrl ?? url, key });
  const secrets = createSecretsResolver([
    envSecrets(env),
    ...(settings.secretsDir === undefined ? [] : [fileSecrets(settings.secretsDir)]),
  ]);
  const worker = await createWorker({
    connection,
    dataConverter,
    activities: {
      ...createActivities({ registry, secrets, callbackUrls }),
      ...slotActivities(client, TASK_QUEUE),
      'weir.emit': createEmit(events),
      'weir.resolve_flow': createResolveFlow(flows),
      'weir.check_input': checkInput,
    },
  });
  onClose(runWorker(worker, fatal));

  const app = createApp({
    servicesFor: () => ({ flows, executions, events }),
    // It listens on loopback only, and serves whoever sits there.
    authenticate: async () => LOCAL_PRINCIPAL,
    compile,
    flowSchema: flowSchema(),
    runVirtual,
    missing: async () => (worker.getState() === 'RUNNING' ? [] : ['no worker runs']),
    newRequestId: randomUUID,
    now: Date.now,
    log: logLine,
    version: VERSION,
  });
  const api = await serve(app, { port });
  onClose(() => api.close());
  return { url, uiUrl: temporal.uiUrl ?? null };
}
