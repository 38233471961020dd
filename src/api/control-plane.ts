import type { AuditLog } from '../audit/audit-log.ts';
import type { Grants } from '../auth/grants.ts';
import type { Logins } from '../auth/logins.ts';
import type { Organisations } from '../auth/organisations.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Users } from '../auth/users.ts';
import type { Deployments } from '../deployments/deployments.ts';
import type { Environments } from '../deployments/environments.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Schedules } from '../events/schedules.ts';
import type { Webhooks } from '../events/webhooks.ts';
import type { AdapterManifests } from '../flows/adapter-manifests.ts';
import type { Catalogues } from '../flows/catalogues.ts';
import type { FolderImports } from '../flows/folder-import.ts';
import type { FlowWriter } from '../flows/flow-writer.ts';
import type { Templates } from '../flows/templates.ts';

/** Everything that stands on the database, bound to one request. */
export interface ControlPlane {
  readonly writer: FlowWriter;
  readonly templates: Templates;
  readonly catalogues: Catalogues;
  readonly manifests: AdapterManifests;
  readonly imports: FolderImports;
  readonly environments: Environments;
  readonly deployments: Deployments;
  readonly tokens: Tokens;
  readonly grants: Grants;
  readonly logins: Logins;
  readonly users: Users;
  readonly organisations: Organisations;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly schedules: Schedules;
  readonly webhooks: Webhooks;
}
