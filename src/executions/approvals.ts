import type { Principal } from '../auth/principal.ts';
import type { FlowResource } from '../auth/authorize.ts';
import type { JsonObject } from '../dsl/ir/json.ts';
import type { FlowStore } from '../flows/flow-store.ts';
import { Problem } from '../problems/problem.ts';
import type { ExecutionGateway } from './gateway.ts';
import { mayDecide } from './may-decide.ts';
import type { ExecutionSummary, ExecutionView } from './view.ts';
import { walkSteps } from './walk-steps.ts';

export interface OpenApproval {
  readonly execution_id: string;
  readonly flow: string;
  /** Path of the step, as the decision names it. */
  readonly step: string;
  /** Empty: everyone who may execute the flow. */
  readonly to: readonly string[];
  readonly title: string | null;
  readonly form: JsonObject | null;
  readonly since: string;
  readonly until: string | null;
}

export interface ApprovalsDeps {
  readonly executions: Pick<ExecutionGateway, 'list' | 'get'>;
  readonly flows: Pick<FlowStore, 'get'>;
}

/** Executions looked at, newest first: who has more open than that decides some, and asks again. */
const MAX_EXECUTIONS = 1_000;
const PAGE = 200;
const READERS = 8;

/** Open approvals that the principal may decide, oldest first. `flows`: those that it may execute; undefined: every one. */
export async function openApprovals(
  { executions, flows }: ApprovalsDeps,
  principal: Principal,
  reach: readonly string[] | undefined,
): Promise<readonly OpenApproval[]> {
  const known = new Map<string, Promise<FlowFacts>>();
  const factsOf = ({ flow, version }: ExecutionSummary): Promise<FlowFacts> => {
    const ref = `${flow}@${version}`;
    const facts = known.get(ref) ?? readFacts(flows, flow, version);
    known.set(ref, facts);
    return facts;
  };
  const found: OpenApproval[] = [];
  const queue: ExecutionSummary[] = [];
  for (const status of ['waiting', 'paused'] as const) {
    const filter = { status, ...(reach !== undefined && { flows: reach }) };
    for (let cursor: string | null = null; queue.length < MAX_EXECUTIONS; ) {
      const page = await executions.list(filter, { limit: PAGE, cursor });
      for (const item of page.items) if ((await factsOf(item)).approves) queue.push(item);
      cursor = page.next;
      if (cursor === null) break;
    }
  }
  const work = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      const { resource } = await factsOf(item);
      const view = await getOrNull(executions, item.execution_id);
      if (view !== null) found.push(...approvalsOf(view).filter(({ to }) => mayDecide(principal, to, resource)));
    }
  };
  await Promise.all(Array.from({ length: READERS }, work));
  return found.sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0));
}

/** Approvals that an execution waits for. */
export function approvalsOf(view: ExecutionView): readonly OpenApproval[] {
  return view.waiting.flatMap(({ step, approval, since, until }) =>
    approval === undefined
      ? []
      : [
          {
            execution_id: view.execution_id,
            flow: view.flow,
            step,
            ...approval,
            since: since ?? view.started_at,
            until,
          },
        ],
  );
}

interface FlowFacts {
  /** Whether it has an approval at all. What is not known any more may have. */
  readonly approves: boolean;
  readonly resource: FlowResource;
}

async function readFacts(flows: Pick<FlowStore, 'get'>, flow: string, version: string): Promise<FlowFacts> {
  const [stored, latest] = await Promise.all([flows.get(`${flow}@${version}`), flows.get(flow)]);
  let approves = stored?.ir === undefined;
  if (stored?.ir !== undefined)
    walkSteps(stored.ir, (step) => {
      approves ||= step.kind === 'approve';
    });
  return { approves, resource: { flow, category: latest?.ir?.category ?? null } };
}

async function getOrNull(executions: Pick<ExecutionGateway, 'get'>, id: string): Promise<ExecutionView | null> {
  try {
    return await executions.get(id);
  } catch (error) {
    if (error instanceof Problem && error.code === 'execution_not_found') return null; // it has gone in between
    throw error;
  }
}
