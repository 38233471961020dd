import type { ApiDeps } from '../deps.ts';
import { openApiDocument } from '../openapi.ts';
import { json, type Route, route } from '../route.ts';
import { adapterRoutes } from './adapters.ts';
import { auditRoutes } from './audit.ts';
import { approvalRoutes } from './approvals.ts';
import { bulkRoutes } from './bulk.ts';
import { catalogueRoutes } from './catalogue.ts';
import { importRoutes } from './import.ts';
import { manifestRoutes } from './manifests.ts';
import { templateRoutes } from './templates.ts';
import { callbackRoutes } from './callbacks.ts';
import { decisionRoutes } from './decision.ts';
import { deploymentRoutes } from './deployments.ts';
import { docsRoutes } from './docs.ts';
import { dryRunRoutes } from './dry-run.ts';
import { environmentRoutes } from './environments.ts';
import { eventRoutes } from './events.ts';
import { executeRoutes } from './execute.ts';
import { executionEventRoutes } from './execution-events.ts';
import { executionRoutes } from './executions.ts';
import { flowRoutes } from './flows.ts';
import { flowWriteRoutes } from './flow-writes.ts';
import { goBackRoutes } from './go-back.ts';
import { grantRoutes } from './grants.ts';
import { organisationRoutes } from './organisations.ts';
import { outcomeRoutes } from './outcomes.ts';
import { scheduleRoutes } from './schedules.ts';
import { serviceRoutes } from './service.ts';
import { sessionRoutes } from './sessions.ts';
import { signalRoutes } from './signal.ts';
import { steerRoutes } from './steer.ts';
import { tokenRoutes } from './tokens.ts';
import { userRoutes } from './users.ts';
import { webhookRoutes } from './webhooks.ts';
import { validateRoutes } from './validate.ts';

/** Every operation of the private API. */
export function allRoutes(deps: ApiDeps): readonly Route[] {
  const routes: Route[] = [
    ...validateRoutes(deps),
    ...flowRoutes(),
    ...flowWriteRoutes(deps),
    ...dryRunRoutes(deps),
    ...executeRoutes(),
    ...executionRoutes(),
    ...bulkRoutes(deps),
    ...approvalRoutes(),
    ...executionEventRoutes(deps),
    ...steerRoutes(),
    ...signalRoutes(),
    ...goBackRoutes(),
    ...decisionRoutes(),
    ...callbackRoutes(),
    ...eventRoutes(deps),
    ...webhookRoutes(deps),
    ...scheduleRoutes(),
    ...adapterRoutes(),
    ...manifestRoutes(),
    ...catalogueRoutes(),
    ...templateRoutes(),
    ...importRoutes(),
    ...environmentRoutes(),
    ...deploymentRoutes(),
    ...outcomeRoutes(),
    ...tokenRoutes(),
    ...grantRoutes(),
    ...userRoutes(),
    ...organisationRoutes(),
    ...sessionRoutes(),
    ...auditRoutes(),
    ...serviceRoutes(deps),
    ...docsRoutes(),
  ];
  let document: unknown;
  routes.push(
    route({
      method: 'get',
      path: '/openapi.json',
      operation: 'getOpenApi',
      etag: true,
      summary: 'This API, as OpenAPI 3.1',
      tag: 'service',
      access: { on: 'public', why: 'the description of the API holds nothing of an organisation' },
      answers: [{ status: 200, description: 'the document' }],
      problems: [],
      handle: () => json((document ??= openApiDocument(routes, deps.version))),
    }),
  );
  return routes;
}
