import { Client, Connection } from '@temporalio/client';

export interface RunEnd {
  readonly id: string;
  readonly status: string;
  readonly startedAt: number;
  /** Null while it runs. */
  readonly endedAt: number | null;
}

/** What Temporal itself knows, beside everything that Weir says. */
export interface TemporalTruth {
  readonly client: Client;
  /** Every run of a flow: its execution and how it stands. */
  readonly endsOf: (flow: string) => Promise<readonly RunEnd[]>;
  readonly close: () => Promise<void>;
}

export async function openTemporalTruth(address: string): Promise<TemporalTruth> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  return {
    client,
    async endsOf(flow) {
      const runs: RunEnd[] = [];
      const query = `WorkflowType = '${flow}'`;
      for await (const { workflowId, status, startTime, closeTime } of client.workflow.list({ query }))
        runs.push({
          id: workflowId,
          status: status.name,
          startedAt: startTime.getTime(),
          endedAt: closeTime?.getTime() ?? null,
        });
      return runs;
    },
    close: () => connection.close(),
  };
}

/** How often each status occurs. */
export function tally(runs: readonly { readonly status: string }[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status } of runs) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
