import { randomUUID } from 'node:crypto';
import { createCallbackUrls } from '../activities/callback-urls.ts';
import { createApp } from '../api/app.ts';
import { createDrain } from '../api/drain.ts';
import { createRateLimits } from '../api/rate-limit.ts';
import { serve } from '../api/serve.ts';
import { createSigner } from '../audit/signer.ts';
import { VERSION } from '../cli/version.ts';
import { compile } from '../dsl/index.ts';
import { flowSchema } from '../dsl/schema/flow-schema.ts';
import { createWorker } from '../worker/create-worker.ts';
import { runVirtual } from '../workflows/host/run-virtual.ts';
import type { OnClose } from './close-stack.ts';
import { createControlPlane, type RunningControlPlane } from './control-plane.ts';
import type { Foundation } from './foundation.ts';
import { startMaintenance } from './maintenance.ts';
import { missingParts } from './missing-parts.ts';
import { runWorker } from './run-worker.ts';
import { workerActivities } from './worker-activities.ts';

export interface ServerOptions {
  readonly foundation: Foundation;
  /** What of it this process is. `port` 0: a free one. */
  readonly parts: { readonly api?: { readonly port: number; readonly host?: string }; readonly worker?: true };
  /** Ed25519, PEM. */
  readonly auditKey: string;
  /** File that copies of audit checkpoints go to. */
  readonly auditCheckpoints: string;
  readonly fatal: (message: string, error?: unknown) => void;
  readonly onClose: OnClose;
  /** Another workflow entry, for benchmarks. */
  readonly workflowsPath?: string;
}

/** Starts the API, a worker, or both, on what `foundation` has connected. Resolves when they answer. */
export async function startServer(
  options: ServerOptions,
): Promise<{ readonly url?: string; readonly control: RunningControlPlane }> {
  const { foundation, parts, onClose } = options;
  const { settings } = foundation;
  const scheme = settings.tls === undefined ? 'http' : 'https';
  const publicUrl = settings.publicUrl ?? `${scheme}://${parts.api?.host ?? '127.0.0.1'}:${parts.api?.port ?? 8080}`;
  const control = createControlPlane({
    foundation,
    publicUrl,
    signer: createSigner({ privateKeyPem: options.auditKey }),
    auditCheckpoints: options.auditCheckpoints,
    onClose,
  });
  const worker = parts.worker ? await startWorker(options, { control, publicUrl }) : null;
  if (parts.api === undefined) return { control };
  onClose(startMaintenance(control.tasks, foundation.log));
  const drain = createDrain();
  const app = createApp({
    servicesFor: control.servicesFor,
    authenticate: control.authenticate,
    idempotency: control.idempotency,
    limits: createRateLimits(
      settings.rateLimit === undefined
        ? {}
        : { principal: { perSecond: settings.rateLimit, burst: settings.rateLimit * 4 } },
    ),
    publicUrls: [publicUrl],
    trustedProxies: settings.trustedProxies,
    drain,
    compile,
    flowSchema: flowSchema(),
    runVirtual,
    missing: missingParts({ foundation, worker }),
    newRequestId: randomUUID,
    now: Date.now,
    log: foundation.log,
    version: VERSION,
  });
  const api = await serve(app, {
    ...parts.api,
    identities: true,
    drain,
    log: foundation.log,
    ...(settings.tls !== undefined && { tls: { cert: settings.tls.certFile, key: settings.tls.keyFile } }),
  });
  onClose(() => api.close());
  return { url: api.url, control };
}

async function startWorker(
  { foundation, fatal, onClose, workflowsPath }: ServerOptions,
  { control, publicUrl }: { readonly control: RunningControlPlane; readonly publicUrl: string },
) {
  const { connection, dataConverter, settings, taskQueue, callbackKey } = foundation;
  const worker = await createWorker({
    connection,
    dataConverter,
    namespace: settings.temporalNamespace,
    taskQueue,
    activities: workerActivities({
      foundation,
      control,
      callbackUrls: createCallbackUrls({ baseUrl: publicUrl, key: callbackKey }),
    }),
    ...(workflowsPath !== undefined && { workflowsPath }),
  });
  onClose(runWorker(worker, fatal));
  return worker;
}
