// Flows straight in the tables: who deploys them does not care how they came there.
import { and, eq } from 'drizzle-orm';
import { newExecutionId } from '../../executions/execution-id.ts';
import { flowOf } from '../../executions/testdata/fake-runs.ts';
import { parseFlowRef, pickVersion } from '../../flows/flow-ref.ts';
import type { FlowStore, StoredFlow } from '../../flows/flow-store.ts';
import type { Database } from '../../store/database.ts';
import { flows, flowVersions, organisations } from '../../store/schema/index.ts';

export interface FlowGiven {
  readonly organisation?: string;
  readonly versions?: readonly string[];
  readonly category?: string;
  readonly archived?: true;
}

/** Gives the flow's id. */
export async function addFlow(database: Database, name: string, given: FlowGiven = {}): Promise<string> {
  const { organisation = 'default', versions = ['1.0.0'], category = null, archived } = given;
  const now = new Date();
  const row = {
    organisation, id: newExecutionId(now.getTime()), name, category, latestVersion: versions.at(-1) ?? '', latestHash: 'h', createdAt: now,
    updatedAt: now, archivedAt: archived === true ? now : null,
  };
  await database.db.insert(flows).values(row);
  for (const version of versions) {
    const source = `flow: ${name}\nsteps:\n  - set: { ran: "${version}" }\n`;
    const ir = flowOf(source, version);
    await database.db.insert(flowVersions).values({
      organisation, flowId: row.id, version, hash: ir.hash, source, mediaType: 'application/yaml', ir, createdAt: now, createdBy: 'user:test',
    });
  }
  return row.id;
}

export async function addOrganisation(database: Database, id: string): Promise<void> {
  await database.db.insert(organisations).values({ id, title: id });
}

/** Reads what `addFlow` wrote; archived flows are not there. */
export function tableFlows(database: Database, organisation = 'default'): Pick<FlowStore, 'get'> {
  return {
    async get(ref) {
      const { name, range } = parseFlowRef(ref);
      const rows = await database.db
        .select()
        .from(flowVersions)
        .innerJoin(flows, and(eq(flows.organisation, flowVersions.organisation), eq(flows.id, flowVersions.flowId)))
        .where(and(eq(flows.organisation, organisation), /^\d/.test(name) ? eq(flows.id, name) : eq(flows.name, name)));
      const found = pickVersion(
        rows.filter((row) => row.flows.archivedAt === null).map((row): StoredFlow => ({ ...row.flow_versions, name: row.flows.name, createdAt: 0 })),
        range,
      );
      return found;
    },
  };
}
