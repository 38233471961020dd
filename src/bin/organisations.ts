import { requestSlot } from '../activities/slots.ts';
import { verifyCallback } from '../activities/callback-token.ts';
import { auditedRuns } from '../audit/audited-runs.ts';
import type { AuditContext } from '../audit/entry.ts';
import type { Intents } from '../audit/intents.ts';
import type { Archive } from '../archive/archive.ts';
import { archivedRuns } from '../archive/archived-runs.ts';
import { createConfig } from '../deployments/config.ts';
import type { DeploymentCache } from '../deployments/deployment-cache.ts';
import type { ResolveVersion } from '../deployments/deployments.ts';
import { createResolveVersion } from '../deployments/resolve-version.ts';
import type { JsonObject } from '../dsl/ir/json.ts';
import type { RequestSlot } from '../executions/take-slot.ts';
import { createGateway, type ExecutionGateway } from '../executions/gateway.ts';
import { createExecutionReader, type ExecutionReader } from '../executions/read-execution.ts';
import type { Runs } from '../executions/runs.ts';
import { scopedRuns } from '../executions/scoped-runs.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import { createHistoryReader } from '../workflows/host/history-reader.ts';
import type { Foundation } from './foundation.ts';

/** The environment of a start that names none. */
export const DEFAULT_ENVIRONMENT = 'dev';
const MAX_ORGANISATIONS = 1_000;

/** What is shared by all requests of an organisation. */
export interface OrganisationParts {
  readonly flows: FlowStore;
  /** Of this organisation alone, those that Temporal has forgotten among them. */
  readonly runs: Runs;
  /** Those that Temporal knows. */
  readonly live: Runs;
  readonly reader: ExecutionReader;
  readonly resolve: ResolveVersion;
  /** `$config` of an environment. */
  readonly config: (environment: string) => Promise<JsonObject>;
  readonly requestSlot: RequestSlot;
  /** For who acts: what it changes in Temporal is recorded. */
  readonly gatewayFor: (context: AuditContext) => ExecutionGateway;
  /** Weir's own: what an event or a schedule starts is told by the event log, and needs no intent. */
  readonly gateway: ExecutionGateway;
}

export interface OrganisationsOptions {
  readonly foundation: Foundation;
  readonly intents: Intents;
  readonly flowsOf: (organisation: string) => FlowStore;
  readonly archiveOf: (organisation: string) => Archive;
  readonly deploymentCache: DeploymentCache;
}

/** Parts by organisation, made when they are first asked for. */
export function createOrganisations(options: OrganisationsOptions): (organisation: string) => OrganisationParts {
  const known = new Map<string, OrganisationParts>();
  return (organisation) => {
    const found = known.get(organisation);
    if (found !== undefined) return found;
    const made = partsOf(organisation, options);
    if (known.size >= MAX_ORGANISATIONS) known.clear();
    known.set(organisation, made);
    return made;
  };
}

function partsOf(organisation: string, options: OrganisationsOptions): OrganisationParts {
  const { foundation, intents, flowsOf, archiveOf, deploymentCache } = options;
  const flows = flowsOf(organisation);
  const live = scopedRuns(foundation.runs, organisation);
  const archive = archiveOf(organisation);
  const runs = archivedRuns(live, archive);
  const reader = createExecutionReader({ runs, createHistoryReader });
  const resolve = createResolveVersion({ flows, cache: deploymentCache, organisation });
  const config = createConfig(deploymentCache, organisation);
  const base = gatewayBase(foundation, { flows, reader });
  const gatewayOn = (port: Runs): ExecutionGateway =>
    createGateway({
      ...base,
      runs: port,
      archive,
      organisation,
      resolve,
      config,
      defaultEnvironment: DEFAULT_ENVIRONMENT,
    });
  return {
    flows,
    runs,
    live,
    reader,
    resolve,
    config,
    requestSlot: base.requestSlot,
    gateway: gatewayOn(runs),
    gatewayFor: (context) => gatewayOn(auditedRuns(runs, intents, context)),
  };
}

/** What gateways of every organisation have in common. */
function gatewayBase(
  foundation: Foundation,
  { flows, reader }: { readonly flows: FlowStore; readonly reader: ExecutionReader },
) {
  const { client, taskQueue, callbackKey } = foundation;
  return {
    flows,
    reader,
    verifyCallback: (token: string, now: number) => verifyCallback(token, callbackKey, now),
    adapters: async () => (await flows.environment()).adapters,
    requestSlot: (request: Parameters<typeof requestSlot>[2]) => requestSlot(client, taskQueue, request),
  };
}
