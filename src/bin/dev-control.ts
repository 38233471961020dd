// `weir dev`: the whole control plane in one process, on an embedded PostgreSQL and a Temporal development server.
import { join } from 'node:path';
import { startPostgres } from '../../postgres/server.ts';
import { startDevServer } from '../../temporal/server.ts';
import { ensureOwnerToken } from '../auth/owner-token.ts';
import type { DevServer, StartDevOptions } from '../cli/io.ts';
import { migrate } from '../store/migrate.ts';
import { installRuntime } from '../worker/install-runtime.ts';
import { workflowBundle } from '../worker/workflow-bundle.ts';
import type { OnClose } from './close-stack.ts';
import { openFoundation } from './foundation.ts';
import { signingKeyIn } from './keys.ts';
import { portFor } from './port-for.ts';
import { createProcessLog } from './process-log.ts';
import { startServer } from './server.ts';
import { readSettings } from './settings.ts';
import { openStateFolder } from './state-folder.ts';

export async function startDevControl(options: StartDevOptions, onClose: OnClose): Promise<Omit<DevServer, 'close'>> {
  const { ephemeral, stateDir, env, log } = options;
  const settings = readSettings(env);
  const { logLine, fatal } = createProcessLog(log);
  installRuntime(logLine);
  const port = await portFor(options.port);
  const state = await openStateFolder(ephemeral ? undefined : (stateDir ?? join(process.cwd(), '.weir')));
  onClose(state.release);

  workflowBundle().catch(() => undefined); // made while the servers start; createWorker reports a failure
  // Both are closed, also when the other one does not come up.
  const starting = {
    postgres: startPostgres({ env, log, ...(!ephemeral && { dataDir: state.postgres }) }).then((server) => {
      onClose(server.stop);
      return server;
    }),
    temporal: startDevServer({ env, log, stateFile: state.temporalFile }).then((server) => {
      onClose(server.stop);
      return server;
    }),
  };
  await Promise.allSettled(Object.values(starting));
  const [postgres, temporal] = await Promise.all([starting.postgres, starting.temporal]);
  void postgres.lost.then(() => fatal('PostgreSQL has ended'));
  void temporal.lost.then(() => fatal('the Temporal server has ended'));
  await migrate(postgres.url);

  const foundation = await openFoundation({
    settings,
    env,
    log: logLine,
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    payloads: state.payloads,
    callbackKey: settings.callbackKey ?? state.callbackKey,
    allowLoopback: true,
    eagerStart: true,
    onClose,
  });
  const ownerToken = await ensureOwnerToken(foundation.database, 'default', { renew: options.renewOwner === true });
  const { url } = await startServer({
    foundation,
    parts: { api: { port }, worker: true },
    auditKey: await signingKeyIn(settings.auditKeyFile ?? state.auditKeyFile),
    auditCheckpoints: state.auditCheckpoints,
    fatal,
    onClose,
  });
  return { url: url ?? '', uiUrl: temporal.uiUrl ?? null, ownerToken };
}
