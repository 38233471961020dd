import type { AuditContext } from '../audit/entry.ts';
import { systemPrincipal } from '../auth/principal.ts';
import type { Deployments } from '../deployments/deployments.ts';
import type { Environments } from '../deployments/environments.ts';
import { createNotifiedCache, type NotifiedCache } from '../deployments/notified-cache.ts';
import { DEPLOYMENTS_CHANNEL, parseNotice } from '../deployments/notify-deployments.ts';
import type { TriggeredFlow } from '../events/triggered-flow.ts';
import { triggeredFlows } from '../events/triggered-flows.ts';
import { FLOW_CHANNEL, readAnnouncement } from '../flows/flow-announcements.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import type { Notifications } from '../store/notifications.ts';
import { DEFAULT_ENVIRONMENT } from './organisations.ts';

const MAX_ORGANISATIONS = 200;

/** The flows of each organisation whose triggers count, worked out again when a flow, a deployment or an environment has changed. */
export function createTriggeredCache(options: {
  readonly notifications: Notifications;
  readonly flowsOf: (organisation: string) => FlowStore;
  readonly deployments: (context: AuditContext) => Pick<Deployments, 'current'>;
  readonly environments: (context: AuditContext) => Pick<Environments, 'list'>;
}): NotifiedCache<readonly TriggeredFlow[]> {
  const { notifications, flowsOf, deployments, environments } = options;
  const cache = createNotifiedCache({
    notifications,
    max: MAX_ORGANISATIONS,
    load: (organisation) => {
      const context = { principal: systemPrincipal('events', organisation), requestId: null, now: Date.now() };
      return triggeredFlows({
        flows: flowsOf(organisation),
        deployments: deployments(context),
        environments: environments(context),
        defaultEnvironment: DEFAULT_ENVIRONMENT,
      });
    },
  });
  const forget = (change: { readonly organisation: string } | null): void => {
    if (change !== null) cache.forget(change.organisation);
  };
  notifications.on(FLOW_CHANNEL, (payload) => forget(readAnnouncement(payload)));
  notifications.on(DEPLOYMENTS_CHANNEL, (payload) => forget(parseNotice(payload)));
  return cache;
}
