import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { SecretsResolver } from '../activities/secrets/secrets.ts';
import type { Adapter } from '../adapters/adapter.ts';
import { LOOPBACK } from '../adapters/http/egress-guard.ts';
import { type AdapterRegistry, createRegistry } from '../adapters/registry.ts';
import { describedSettingsFromEnv, settingsFromEnv } from '../adapters/settings-from-env.ts';
import type { Runs } from '../executions/runs.ts';
import { createTemporalRuns } from '../executions/temporal-runs.ts';
import { createPgPinStore } from '../flows/pg-pin-store.ts';
import { createClaimCheckCodec } from '../storage/claim-check-codec.ts';
import { createFsStore } from '../storage/fs-store.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { TASK_QUEUE } from '../worker/create-worker.ts';
import type { LogLine } from '../worker/install-runtime.ts';
import { organisationSecrets } from './organisation-secrets.ts';
import type { Settings } from './settings.ts';

/** What the API and the workers of an installation stand on: PostgreSQL, Temporal, adapters, secrets. */
export interface Foundation {
  readonly settings: Settings;
  readonly log: LogLine;
  readonly database: Database;
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly dataConverter: { readonly payloadCodecs: ReturnType<typeof createClaimCheckCodec>[] };
  /** Of all organisations: hand on `scopedRuns` of it. */
  readonly runs: Runs;
  readonly registry: AdapterRegistry;
  /** None reaches those of another organisation. */
  readonly secretsOf: (organisation: string) => SecretsResolver;
  readonly callbackKey: string;
  readonly taskQueue: string;
}

export interface FoundationOptions {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: LogLine;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  /** Folder of large values, by content; shared by all processes of the installation. */
  readonly payloads: string;
  readonly callbackKey: string;
  /** Flows may call services on this machine: for development. */
  readonly allowLoopback: boolean;
  /** A worker of this process shares the connection: starts save a round trip. */
  readonly eagerStart: boolean;
  /** Further coded adapters. Default: none. */
  readonly adapters?: readonly Adapter[];
  /** Default TASK_QUEUE. */
  readonly taskQueue?: string;
  readonly onClose: (close: () => Promise<unknown>) => void;
}

/** Connects to everything. Rejects when PostgreSQL or Temporal can't be reached; what was opened is closed by `onClose`. */
export async function openFoundation(options: FoundationOptions): Promise<Foundation> {
  const { settings, env, log, onClose, taskQueue = TASK_QUEUE } = options;
  const database = openDatabase({ url: options.databaseUrl, max: settings.databasePool });
  onClose(() => database.close());
  const connection = await NativeConnection.connect({ address: options.temporalAddress });
  onClose(() => connection.close());
  const dataConverter = { payloadCodecs: [createClaimCheckCodec({ store: createFsStore(options.payloads) })] };
  const client = new Client({ connection, dataConverter, namespace: settings.temporalNamespace });
  const runs = createTemporalRuns({
    client,
    namespace: settings.temporalNamespace,
    taskQueue,
    eagerStart: options.eagerStart,
  });
  const registry = await createRegistry({
    settings: settingsFromEnv(env),
    describedSettings: describedSettingsFromEnv(env, settings.adapterEnv),
    pins: createPgPinStore(database),
    http: { egress: { allow: [...(options.allowLoopback ? LOOPBACK : []), ...settings.egressAllow] } },
    ...(options.adapters !== undefined && { adapters: options.adapters }),
  });
  onClose(registry.close);
  return {
    settings,
    log,
    database,
    connection,
    client,
    dataConverter,
    runs,
    registry,
    secretsOf: organisationSecrets(env, settings.secretsDir),
    callbackKey: options.callbackKey,
    taskQueue,
  };
}
