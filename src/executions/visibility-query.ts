import { Problem } from '../problems/problem.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';
import type { ExecutionFilter } from './list-executions.ts';

/** Temporal's list filter. Only executions of flows have a version; a run that was continued is not an execution's end. */
export function visibilityQuery(filter: ExecutionFilter): string {
  const { flow, flows, status, state, since, until, tag, environment, version, q } = filter;
  return [
    'WeirVersion IS NOT NULL',
    status === undefined ? "ExecutionStatus != 'ContinuedAsNew'" : STATUS_QUERY[status],
    ...(state === undefined ? [] : [state === 'open' ? "ExecutionStatus = 'Running'" : "ExecutionStatus != 'Running'"]),
    ...(flow === undefined ? [] : [`WorkflowType = ${quoted(flow)}`]),
    ...(flows === undefined ? [] : [`WorkflowType IN (${flows.map(quoted).join(', ')})`]),
    ...(since === undefined ? [] : [`StartTime >= '${since.toISOString()}'`]),
    ...(until === undefined ? [] : [`StartTime < '${until.toISOString()}'`]),
    ...(tag === undefined ? [] : [`WeirTags = ${quoted(tag)}`]),
    ...(environment === undefined ? [] : [`WeirEnvironment = ${quoted(environment)}`]),
    ...(version === undefined ? [] : [`WeirVersion = ${quoted(version)}`]),
    ...(q === undefined ? [] : [`(WorkflowId STARTS_WITH ${quoted(q)} OR WeirTags = ${quoted(q)})`]),
  ].join(' AND ');
}

const STATUS_QUERY: Readonly<Record<ExecutionStatus, string>> = {
  running: "ExecutionStatus = 'Running' AND WeirStatus = 'running'",
  waiting: "ExecutionStatus = 'Running' AND WeirStatus = 'waiting'",
  paused: "ExecutionStatus = 'Running' AND WeirStatus = 'paused'",
  completed: "ExecutionStatus = 'Completed'",
  failed: "ExecutionStatus = 'Failed' AND WeirStatus != 'timed_out'",
  cancelled: "ExecutionStatus = 'Canceled'",
  terminated: "ExecutionStatus = 'Terminated'",
  timed_out: "(ExecutionStatus = 'TimedOut' OR (ExecutionStatus = 'Failed' AND WeirStatus = 'timed_out'))",
};

/** The latest of the runs of these executions. */
export const runsOfQuery = (executionIds: readonly string[]): string =>
  `WeirVersion IS NOT NULL AND ExecutionStatus != 'ContinuedAsNew' AND WorkflowId IN (${executionIds.map(quoted).join(', ')})`;

/** Text for the filter. What could end the quotes is refused, not escaped: no name or tag needs it. */
export function quoted(text: string): string {
  if (!/^[^'"`\\\p{Cc}]{1,1000}$/u.test(text))
    throw new Problem('invalid_request', `${JSON.stringify(text)} holds characters that can't be searched for.`);
  return `'${text}'`;
}
