import type { ServicesFor } from '../api/services.ts';
import type { SecretsResolver } from '../activities/secrets/secrets.ts';
import { ActionError } from '../adapters/action-error.ts';
import { verifyCallback } from '../activities/callback-token.ts';
import { createAuthenticate, type Authenticate } from '../api/authenticate.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import { createIdempotency, type Idempotency } from '../api/idempotency.ts';
import { sweeperPosition } from '../archive/position.ts';
import { createArchive } from '../archive/archive.ts';
import { createAuditLog } from '../audit/create-audit-log.ts';
import { createIntents } from '../audit/intents.ts';
import type { AuditContext } from '../audit/entry.ts';
import type { Signer } from '../audit/signer.ts';
import { createDenials } from '../auth/denials.ts';
import { createGrants } from '../auth/create-grants.ts';
import { createLogins } from '../auth/create-logins.ts';
import { createOidc } from '../auth/oidc/create-oidc.ts';
import { createOrganisations as createOrganisationList } from '../auth/create-organisations.ts';
import { systemPrincipal } from '../auth/principal.ts';
import { createTokens } from '../auth/create-tokens.ts';
import { createUsers } from '../auth/create-users.ts';
import { createDeployments } from '../deployments/create-deployments.ts';
import { createDeploymentCache } from '../deployments/deployment-cache.ts';
import { createEnvironments } from '../deployments/create-environments.ts';
import { recentRuns } from '../deployments/recent-runs.ts';
import { compile } from '../dsl/index.ts';
import { awaitingFlows } from '../events/awaiting-flows.ts';
import { createEventLog } from '../events/create-event-log.ts';
import { deliverEvent } from '../events/deliver-event.ts';
import { createDispatcher, EVENTS_CHANNEL } from '../events/dispatcher.ts';
import { storeFlowEnded } from '../events/store-flow-ended.ts';
import type { EventSink } from '../events/sink.ts';
import { plainEvent } from '../events/arrival.ts';
import type { ExecutionGateway } from '../executions/gateway.ts';
import { createPlaceOf } from '../executions/place-of.ts';
import { createFlowCache } from '../flows/flow-cache.ts';
import type { FlowChange } from '../flows/flow-announcements.ts';
import { createPgImports } from '../flows/pg-imports.ts';
import { createResolveScheduled } from '../activities/resolve-scheduled.ts';
import { createSchedules } from '../events/create-schedules.ts';
import { createScheduleSync } from '../events/schedule-sync.ts';
import { scheduledRuns } from '../events/scheduled-runs.ts';
import { createTemporalSchedules } from '../events/temporal-schedules.ts';
import { syncOnChange } from './sync-on-change.ts';
import { createRejectionBook } from '../events/rejection-book.ts';
import { createWebhooks } from '../events/create-webhooks.ts';
import { createPgCatalogues } from '../flows/pg-catalogues.ts';
import { createPgFlowStore } from '../flows/pg-flow-store.ts';
import { createPgAdapterManifests } from '../flows/pg-adapter-manifests.ts';
import { createPgTemplates } from '../flows/pg-templates.ts';
import { createPgFlowWriter } from '../flows/pg-flow-writer.ts';
import { Problem } from '../problems/problem.ts';
import { createNotifications } from '../store/notifications.ts';
import type { Foundation } from './foundation.ts';
import { createInUse } from './in-use.ts';
import type { MaintenanceTask } from './maintenance.ts';
import { maintenanceTasks } from './maintenance-tasks.ts';
import { createTriggeredCache } from './triggered-cache.ts';
import { createOrganisations, type OrganisationParts } from './organisations.ts';

export interface ControlPlaneOptions {
  readonly foundation: Foundation;
  readonly signer: Signer;
  /** File that copies of audit checkpoints go to. */
  readonly auditCheckpoints: string;
  /** Address of the API for browsers and callers outside. */
  readonly publicUrl: string;
  readonly onClose: (close: () => Promise<unknown>) => void;
}

export interface RunningControlPlane {
  readonly servicesFor: ServicesFor;
  readonly authenticate: Authenticate;
  readonly idempotency: Idempotency;
  readonly organisation: (id: string) => OrganisationParts;
  /** Gives an event to an organisation: stored first, delivered once. */
  readonly sinkOf: (organisation: string) => EventSink;
  /** Further activities of the workers. */
  readonly activities: object;
  /** What must be looked after now and then. */
  readonly tasks: readonly MaintenanceTask[];
}

/** Puts together everything that stands on the database. Starts nothing but a listening connection, when it is first needed. */
export function createControlPlane(options: ControlPlaneOptions): RunningControlPlane {
  const { foundation, signer, publicUrl, onClose } = options;
  const { database, runs, settings, log } = foundation;
  const now = Date.now;

  const notifications = createNotifications(database);
  onClose(() => notifications.close());
  const flowCache = createFlowCache({ notifications });
  const deploymentCache = createDeploymentCache({ database, notifications });
  const codedAdapters = () => foundation.registry.manifests;
  const flowsOf = createPgFlowStore({ database, cache: flowCache, codedAdapters });
  const archiveOf = createArchive({ database });
  const intents = createIntents({ database });
  onClose(() => intents.close());
  const organisation = createOrganisations({ foundation, intents, flowsOf, archiveOf, deploymentCache });

  const archivedUntil = () => sweeperPosition(database).load();
  // What this process changes counts for its next webhook or event: PostgreSQL's notification may come after them.
  const environments = createEnvironments({
    database,
    cache: {
      forget(id, flow) {
        deploymentCache.forget(id, flow);
        triggered.forget(id);
      },
    },
  });
  const deployments = createDeployments({
    database,
    cache: deploymentCache,
    recent: (id) => recentRuns(organisation(id).live, { archivedUntil }),
    // The caller finds the schedules of what it deployed; that its answer waits for them is no more than a call to Temporal.
    onChange: (changed) => {
      triggered.forget(changed.organisation);
      return scheduleSync.sync(changed.organisation);
    },
    log,
  });
  const triggered = createTriggeredCache({ notifications, flowsOf, environments, deployments });
  const temporalSchedules = createTemporalSchedules({ client: foundation.client, taskQueue: foundation.taskQueue });
  const scheduleSync = createScheduleSync({
    database,
    temporal: temporalSchedules,
    triggered: (id) => triggered.get(id),
    onError: (message, error) => log('warn', message, { error }),
  });
  onClose(syncOnChange({ notifications, sync: scheduleSync.sync, log }));

  const dispatcher = createDispatcher({
    database,
    deliver: (id, arrival) => {
      const { live, gateway, resolve } = organisation(id);
      return deliverEvent(
        {
          organisation: id,
          runs: live,
          start: gateway.start,
          resolve,
          triggered: () => triggered.get(id),
          awaiting: (type) => awaitingFlows(database, id, type),
        },
        arrival,
      );
    },
    onError: (message, error) => log('error', message, { error }),
  });
  onClose(() => dispatcher.close());
  notifications.on(EVENTS_CHANNEL, () => dispatcher.kick());
  notifications.onLost(() => dispatcher.kick());
  const eventLog = createEventLog({ database, dispatcher });
  const sinkOf = (id: string): EventSink => ({
    async deliver(event) {
      const context: AuditContext = { principal: systemPrincipal('events', id), requestId: null, now: now() };
      const [taken] = await eventLog(context).take([plainEvent(event)]);
      if (taken === undefined) throw new Error('an event was stored and is not there');
      return taken.outcome;
    },
  });

  const denials = createDenials({
    database,
    now,
    onError: (error) => log('warn', 'a refused credential was not recorded', { error }),
  });
  onClose(() => denials.close());
  const oidc = settings.oidc === undefined ? undefined : createOidc({ ...settings.oidc, now });
  const identities = { database, denials, publicUrl, ...(oidc !== undefined && { oidc }) };

  const rejections = createRejectionBook({ database, onError: (message, error) => log('warn', message, { error }) });
  onClose(() => rejections.close());
  const writing = {
    database,
    cache: {
      forget(change: FlowChange) {
        flowCache.forget(change);
        triggered.forget(change.organisation);
      },
    },
    flowsOf,
    compile,
    inUse: createInUse({ deploymentCache, runsOf: (id) => organisation(id).live }),
  };
  const writer = createPgFlowWriter(writing);
  const parts: Factories = {
    writer,
    templates: createPgTemplates({ database, writer }),
    manifests: createPgAdapterManifests({ database, cache: flowCache, codedAdapters }),
    catalogues: createPgCatalogues({ database, cache: flowCache }),
    environments,
    deployments,
    tokens: createTokens({ database }),
    grants: createGrants({ database }),
    logins: createLogins(identities),
    users: createUsers({ database }),
    organisations: createOrganisationList({ database }),
    audit: createAuditLog({ database, signer }),
    events: eventLog,
    imports: createPgImports({ ...writing, codedAdapters }),
    schedules: createSchedules({ database, temporal: temporalSchedules, sync: scheduleSync, intents }),
    webhooks: createWebhooks({
      log: eventLog,
      triggered: (id) => triggered.get(id),
      secret: (id, name) => secretOrNull(foundation.secretsOf(id), name),
      whenEnded: (id, executionId, ms) => organisation(id).gateway.whenEnded(executionId, ms),
      rejections,
    }),
  };
  const placeOf = createPlaceOf(runs);
  /** A callback's token names its execution, and that tells the organisation. What Temporal does not know can only be told to be gone. */
  const callback: ExecutionGateway['callback'] = async (token, payload) => {
    const { claim } = verifyCallback(token, foundation.callbackKey, now());
    const id = claim === undefined ? null : await known(placeOf(claim.execution).then((place) => place.organisation));
    return organisation(id ?? 'default').gateway.callback(token, payload);
  };
  return {
    servicesFor(context) {
      const { flows, gateway, gatewayFor } = organisation(context.principal.organisation);
      return {
        flows,
        executions: context.principal.kind === 'system' ? { ...gateway, callback } : gatewayFor(context),
        events: sinkOf(context.principal.organisation),
        // Made when it is asked for: a start needs none of it.
        get control() {
          return bound(parts, context);
        },
      };
    },
    authenticate: createAuthenticate({ ...identities, now }),
    idempotency: createIdempotency({ database, log }),
    organisation,
    sinkOf,
    activities: {
      'weir.resolve_scheduled': createResolveScheduled({
        servicesOf: (id) => organisation(id),
        ...scheduledRuns(database),
      }),
    },
    tasks: maintenanceTasks({ ...options, dispatcher, scheduleSync, onEnded: storeFlowEnded }),
  };
}

async function known(organisation: Promise<string>): Promise<string | null> {
  try {
    return await organisation;
  } catch (error) {
    if (error instanceof Problem && error.code === 'execution_not_found') return null;
    throw error;
  }
}

async function secretOrNull(secrets: SecretsResolver, name: string): Promise<string | null> {
  try {
    return await secrets.resolve(name);
  } catch (error) {
    if (error instanceof ActionError && error.code === 'secret_not_found') return null;
    throw error;
  }
}

type Factories = { readonly [Part in keyof ControlPlane]: (context: AuditContext) => ControlPlane[Part] };

/** The parts, in the name of who asks. */
function bound(parts: Factories, context: AuditContext): ControlPlane {
  return Object.fromEntries(
    Object.entries(parts).map(([name, make]) => [name, make(context)]),
  ) as unknown as ControlPlane; // part by part
}
