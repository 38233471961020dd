import { eq } from 'drizzle-orm';
import { read } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import type { Notifications } from '../store/notifications.ts';
import { flows } from '../store/schema/index.ts';
import type { DeployedVersion } from '../store/schema/deployments.ts';
import { readEnvironments } from './create-environments.ts';
import type { Environment } from './environments.ts';
import { currentDeployments } from './current-deployments.ts';
import { createNotifiedCache } from './notified-cache.ts';
import { DEPLOYMENTS_CHANNEL, parseNotice } from './notify-deployments.ts';
import { compileSplitKey, type SplitKey } from './split-key.ts';

/** What runs of a flow in one environment, ready to choose from. */
export interface RunningVersions {
  readonly revision: number;
  /** At least one. */
  readonly versions: readonly DeployedVersion[];
  /** Null: the execution id. */
  readonly splitKey: SplitKey | null;
}

/**
 * What a start needs to know of environments and deployments, kept in memory for all organisations of the process and forgotten by
 * NOTIFY. While notifications may be missed it asks the database each time.
 */
export interface DeploymentCache {
  environments(organisation: string): Promise<ReadonlyMap<string, Environment>>;
  /** By environment; without those where nothing is deployed. Empty for an unknown flow. `flow` is a name. */
  deployed(organisation: string, flow: string): Promise<ReadonlyMap<string, RunningVersions>>;
  /** After a change by this process, which so needs not wait for its own notification. Null: the environments. */
  forget(organisation: string, flow: string | null): void;
}

const MAX_FLOWS = 5_000;
const MAX_ORGANISATIONS = 1_000;

export function createDeploymentCache(options: {
  readonly database: Pick<Database, 'db'>;
  /** Left out: nothing is kept. */
  readonly notifications?: Pick<Notifications, 'on' | 'onLost' | 'sure'>;
}): DeploymentCache {
  const { database, notifications } = options;
  const listening = notifications === undefined ? {} : { notifications };
  const environments = createNotifiedCache({
    ...listening,
    max: MAX_ORGANISATIONS,
    load: async (organisation) => {
      const all = await read(database, (db) => readEnvironments(db, organisation));
      return new Map(all.map((one) => [one.name, one]));
    },
  });
  const deployed = createNotifiedCache({
    ...listening,
    max: MAX_FLOWS,
    load: async (key) => {
      const [organisation = '', flow = ''] = key.split('\n');
      const rows = await read(database, (db) =>
        // Of an archived flow too: nobody tells this channel when one is archived or comes back, and who asks for its content finds none.
        currentDeployments(db, organisation, { where: eq(flows.name, flow), archived: true }),
      );
      return new Map(
        rows.map(({ environment, revision, versions, splitKey }): [string, RunningVersions] => [
          environment,
          { revision, versions, splitKey: splitKey === null ? null : compileSplitKey(splitKey) },
        ]),
      );
    },
  });
  const keyOf = (organisation: string, flow: string): string => `${organisation}\n${flow}`;
  const forget: DeploymentCache['forget'] = (organisation, flow) =>
    flow === null ? environments.forget(organisation) : deployed.forget(keyOf(organisation, flow));
  notifications?.on(DEPLOYMENTS_CHANNEL, (payload) => {
    const notice = parseNotice(payload);
    if (notice !== null) forget(notice.organisation, notice.flow);
  });
  return {
    environments: (organisation) => environments.get(organisation),
    deployed: (organisation, flow) => deployed.get(keyOf(organisation, flow)),
    forget,
  };
}
