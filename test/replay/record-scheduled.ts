import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { HistoryEvent } from '../../src/executions/history.ts';
import { createTemporalSchedules } from '../../src/events/temporal-schedules.ts';
import { createWorker } from '../../src/worker/create-worker.ts';
import type { RunFlowInput } from '../../src/workflows/contract.ts';
import { CURRENT_BEHAVIOUR } from '../../src/workflows/interpreter/behaviours.ts';
import type { ResolvedScheduled, ScheduledFlow } from '../../src/workflows/scheduled-contract.ts';
import { compileScenario } from './scenario.ts';

/** Histories of what a schedule starts: a run whose flow completes, one whose flow fails, and one that starts nothing. By file name. */
export async function recordScheduled(address: string): Promise<Readonly<Record<string, readonly HistoryEvent[]>>> {
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection });
  const taskQueue = 'record-scheduled';
  const schedules = createTemporalSchedules({ client, taskQueue });
  const resolve = async (
    request: ScheduledFlow & { readonly scheduledAt: string },
  ): Promise<ResolvedScheduled | null> =>
    request.flow === 'none' ? null : { executionId: `recorded-${request.schedule}`, input: inputOf(request) };
  const worker = await createWorker({ connection, taskQueue, activities: { 'weir.resolve_scheduled': resolve } });
  return worker
    .runUntil(async () => {
      const found: Record<string, readonly HistoryEvent[]> = {};
      for (const flow of ['completes', 'fails', 'none']) {
        const schedule = `scheduled-flow-${flow}`;
        const trigger = { on: 'schedule', schedule: '0 0 1 1 *' } as const;
        const place = { organisation: 'default', environment: 'prod', flow, position: 0 };
        await schedules.put({ schedule, trigger, ...place }, { paused: false, keepPaused: true });
        await schedules.trigger({ schedule, trigger });
        const workflowId = await started(client, schedule);
        const handle = client.workflow.getHandle(workflowId);
        await handle.result().catch(() => undefined); // one of them fails
        found[schedule] = (await handle.fetchHistory()).events ?? [];
        await schedules.remove(schedule);
      }
      return found;
    })
    .finally(() => connection.close());
}

function inputOf({
  flow: name,
  environment,
  schedule,
  scheduledAt,
}: ScheduledFlow & { scheduledAt: string }): RunFlowInput {
  const step = name === 'fails' ? 'fail: { code: no, message: no }' : 'return: $trigger.type';
  const { flow } = compileScenario({ source: `flow: ${name}\nversion: 1.0.0\nsteps:\n  - ${step}\n` });
  const source = `/schedules/${schedule}`;
  const trigger = { type: 'schedule', source, id: scheduledAt, time: scheduledAt, data: {}, headers: {} };
  return {
    format: 1,
    behaviour: CURRENT_BEHAVIOUR,
    flow,
    flows: {},
    input: {},
    trigger,
    environment,
    config: {},
    tags: [],
  };
}

async function started(client: Client, schedule: string): Promise<string> {
  for (;;) {
    const { info } = await client.schedule.getHandle(schedule).describe();
    const [action] = info.recentActions;
    if (action !== undefined) return action.action.workflow.workflowId;
    await new Promise((done) => setTimeout(done, 100));
  }
}
