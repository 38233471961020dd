import { randomUUID } from 'node:crypto';
import type { AuditContext } from '../audit/entry.ts';
import { reaches, scopeOf } from '../auth/authorize.ts';
import type { Json } from '../dsl/ir/json.ts';
import type { ExecutionView } from '../executions/view.ts';
import { Problem } from '../problems/problem.ts';
import type { Arrival } from './arrival.ts';
import type { AcceptedEvent, EventLog } from './event-log.ts';
import { WEBHOOK_TYPE, webhookSource } from './match-trigger.ts';
import type { RejectionBook } from './rejection-book.ts';
import type { TriggeredFlow } from './triggered-flow.ts';
import { secretsOf, verifyWebhook } from './verify-webhook.ts';
import { webhookData, webhookHeaders } from './webhook-data.ts';
import { type WebhookDoor, webhookDoors } from './webhook-doors.ts';
import type { WebhookCall, Webhooks } from './webhooks.ts';

export interface WebhooksDeps {
  readonly log: (context: AuditContext) => Pick<EventLog, 'take'>;
  readonly triggered: (organisation: string) => Promise<readonly TriggeredFlow[]>;
  /** A secret's value by its name; null when there is none. Values are never stored, logged or told. */
  readonly secret: (organisation: string, name: string) => Promise<string | null>;
  /** The execution once it has ended; null when it has not within `ms`. */
  readonly whenEnded: (organisation: string, executionId: string, ms: number) => Promise<ExecutionView | null>;
  readonly rejections: Pick<RejectionBook, 'add'>;
  /** How long `respond: result` waits. Default 30,000 ms. */
  readonly resultMs?: number;
}

export function createWebhooks(deps: WebhooksDeps): (context: AuditContext) => Webhooks {
  const { resultMs = 30_000 } = deps;
  return (context) => {
    const { organisation } = context.principal;
    return {
      async receive(call) {
        const all = webhookDoors(call.name, await deps.triggered(organisation));
        if (all.length === 0) throw new Problem('not_found', `There is no webhook ${call.name}.`);
        const doors = all.filter(({ method }) => method === call.method);
        if (doors.length === 0) throw notAllowed(call, all);
        const opened = await openDoors(deps, context, call, doors);
        const arrival: Arrival = {
          kind: 'webhook',
          targets: opened.doors.map(({ flow, environment }) => ({ flow: flow.name, environment: environment ?? '' })),
          event: {
            type: WEBHOOK_TYPE,
            source: webhookSource(call.name),
            id: opened.delivery,
            time: new Date(context.now).toISOString(),
            data: webhookData(call),
            headers: webhookHeaders(call),
          },
        };
        const [taken] = await deps.log(context).take([arrival]);
        if (taken === undefined) throw new Error('one event goes in, and one comes out');
        const executions = taken.outcome.started;
        const result = opened.doors.some(({ respond }) => respond === 'result')
          ? await outputOf(deps, { organisation, taken, ms: resultMs })
          : null;
        return {
          delivery: opened.delivery,
          executions,
          pending: taken.processedAt === null,
          ...(result !== null && { result }),
        };
      },
    };
  };
}

function notAllowed({ name, method }: WebhookCall, doors: readonly WebhookDoor[]): Problem {
  const allow = [...new Set(doors.map((door) => door.method))].join(', ');
  return new Problem('method_not_allowed', `${method} is not allowed on the webhook ${name}; ${allow} is.`, {
    headers: { allow },
  });
}

/**
 * The doors that the call's proof fits. All reasons against a signature give one answer, so that trying teaches nothing; the
 * reason is in the log and the audit.
 */
async function openDoors(
  { secret, rejections }: WebhooksDeps,
  context: AuditContext,
  call: WebhookCall,
  doors: readonly WebhookDoor[],
): Promise<{ readonly delivery: string; readonly doors: readonly WebhookDoor[] }> {
  const { organisation } = context.principal;
  const opened: { delivery: string; door: WebhookDoor }[] = [];
  let missing: string | null = null;
  for (const door of doors) {
    if (door.verify === 'none') opened.push({ door, delivery: sentId(call) ?? randomUUID() });
    if (door.verify === 'none' || door.verify === 'caller') continue;
    const value = door.secret === null ? null : await secret(organisation, door.secret);
    const secrets = value === null ? [] : secretsOf(value);
    if (secrets.length === 0)
      missing ??= door.secret === null ? `names no secret for ${door.verify}` : `has no value for ${door.secret}`;
    const delivery = verifyWebhook(door.verify, secrets, { headers: call.headers, body: call.body, now: context.now });
    if (delivery !== null) opened.push({ door, delivery });
  }
  const byCaller = doors.filter(({ verify }) => verify === 'caller');
  // A credential is asked for last: a signature may have been enough, and needs none.
  if (opened.length === 0 && byCaller.length > 0) {
    for (const door of await allowedTo(context, call, byCaller))
      opened.push({ door, delivery: sentId(call) ?? randomUUID() });
  }
  const [first] = opened;
  if (first === undefined) {
    rejections.add(organisation, call.name, missing === null ? 'signature' : `configuration: the webhook ${missing}`);
    if (missing !== null)
      throw new Problem('webhook_unavailable', `The webhook ${call.name} can't check signatures now.`);
    throw new Problem(
      'webhook_signature',
      'The signature does not fit: it is missing, made with another secret or over another body, or older than 5 minutes.',
    );
  }
  return { delivery: first.delivery, doors: opened.map(({ door }) => door) };
}

/** Throws unauthenticated without a credential, forbidden where it may execute none of the flows. */
async function allowedTo(context: AuditContext, { name, caller }: WebhookCall, doors: readonly WebhookDoor[]) {
  const principal = await caller();
  const { organisation } = context.principal;
  if (principal.organisation !== organisation) throw new Problem('not_found', `There is no webhook ${name}.`);
  const scope = scopeOf(principal, 'flow:execute');
  const allowed = doors.filter(({ flow }) => reaches(scope, { flow: flow.name, category: flow.category ?? null }));
  if (allowed.length === 0)
    throw new Problem('forbidden', 'This needs the permission flow:execute, which you have not been granted here.');
  return allowed;
}

/** Where nothing signs an id, the sender may name one; else every call counts. */
function sentId({ headers }: WebhookCall): string | null {
  const id = headers.get('webhook-id') ?? headers.get('x-delivery-id') ?? headers.get('idempotency-key');
  return id !== null && /^[\x21-\x7e]{1,200}$/.test(id) ? id : null;
}

async function outputOf(
  { whenEnded }: WebhooksDeps,
  { organisation, taken, ms }: { organisation: string; taken: AcceptedEvent; ms: number },
): Promise<{ readonly output: Json } | null> {
  const [execution, ...more] = taken.outcome.started;
  if (execution === undefined || more.length > 0) return null;
  const ended = await whenEnded(organisation, execution, ms).catch((error: unknown) => {
    if (error instanceof Problem) return null; // it was started: the caller is told so, and not to send it again
    throw error;
  });
  return ended?.status === 'completed' ? { output: ended.output } : null;
}
