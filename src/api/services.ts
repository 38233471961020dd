import type { AuditContext } from '../audit/entry.ts';
import type { EventSink } from '../events/sink.ts';
import type { ExecutionGateway } from '../executions/gateway.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import { Problem } from '../problems/problem.ts';
import type { ControlPlane } from './control-plane.ts';

/** What handlers work with, bound to one request: its organisation and who asks. */
export interface Services {
  readonly flows: FlowStore;
  readonly executions: ExecutionGateway;
  readonly events: EventSink;
  /** What stands on the database; absent where flows are served from a folder. */
  readonly control?: ControlPlane;
}

/** Makes the services of a request; cheap. Public routes get those of the default organisation. */
export type ServicesFor = (context: AuditContext) => Services;

/** What stands on the database. Throws no_store where there is none. */
export function controlOf({ control }: Services): ControlPlane {
  if (control === undefined) throw new Problem('no_store', 'This server serves a folder of flows and has no database.');
  return control;
}
