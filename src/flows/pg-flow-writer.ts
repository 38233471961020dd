import type { AuditContext } from '../audit/entry.ts';
import type { FlowScope } from '../auth/authorize.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import type { JsonObject } from '../dsl/ir/json.ts';
import { Problem } from '../problems/problem.ts';
import { change } from '../store/change.ts';
import type { Database, Queries } from '../store/database.ts';
import { decideVersion } from './decide-version.ts';
import type { FlowCache } from './flow-cache.ts';
import { selectVersions } from './flow-queries.ts';
import { insertFlow, insertVersion, type LockedFlow, lockFlow, markArchived, type NewVersion } from './flow-rows.ts';
import { findVersion } from './find-version.ts';
import type { FlowStore, StoredFlow } from './flow-store.ts';
import type { FlowOrigin, FlowSource, FlowWriter, StoredVersion } from './flow-writer.ts';
import { asVersion, type Compile, prepareFlow } from './prepare-version.ts';
import { renameFlow } from './rename-flow.ts';
import { mayMove, requireReach } from './require-reach.ts';
import { withoutUnseen } from './unseen-flows.ts';
import { visibleFlows } from './visible-flows.ts';

export interface PgFlowWriterDeps {
  readonly database: Database;
  readonly cache: Pick<FlowCache, 'forget'>;
  readonly flowsOf: (organisation: string) => FlowStore;
  readonly compile: Compile;
  /** Where a flow is in use, in words: `deployed in prod`, `3 executions are running`. Empty: nowhere. */
  readonly inUse: (flow: { readonly organisation: string; readonly name: string }) => Promise<readonly string[]>;
}

/** A source without errors, and the flow as the version that it will be. */
interface Compiled {
  readonly ir: FlowIr;
  readonly version: (version: string) => NewVersion;
}

/** Writes flows to the database, in the name of a caller. */
export function createPgFlowWriter(deps: PgFlowWriterDeps): (context: AuditContext) => FlowWriter {
  return (context) => new PgFlowWriter(deps, context);
}

class PgFlowWriter implements FlowWriter {
  readonly #deps: PgFlowWriterDeps;
  readonly #context: AuditContext;
  readonly #organisation: string;
  readonly #flows: FlowStore;

  constructor(deps: PgFlowWriterDeps, context: AuditContext) {
    this.#deps = deps;
    this.#context = context;
    this.#organisation = context.principal.organisation;
    this.#flows = deps.flowsOf(this.#organisation);
  }

  async create(source: FlowSource, { scope, origin }: Parameters<FlowWriter['create']>[1]): Promise<StoredVersion> {
    const { ir, version } = await this.#prepare(source, scope);
    requireReach(scope, { resource: { flow: ir.name, category: ir.category ?? null }, permission: 'flow:create' });
    return this.#change(ir.name, async (tx, tell) => {
      const first = decideVersion(ir, null).version;
      const flow = await insertFlow(tx, this.#context, version(first));
      if (flow !== null) {
        tell(origin?.kind === 'clone' ? 'flow.clone' : 'flow.create', flow, detailsOf(origin));
        return { flow, created: true };
      }
      const locked = await lockFlow(tx, this.#organisation, ir.name);
      if (locked === null) throw new Error(`flow ${ir.name} can be neither made nor found`); // flows are never deleted
      // With it comes its history: who makes it again must reach that too.
      requireReach(scope, {
        resource: { flow: ir.name, category: locked.category },
        permission: 'flow:create',
        asked: ir.name,
      });
      if (!locked.archived) throw new Problem('flow_exists', `There is a flow ${ir.name} already.`);
      const revived = await this.#append(tx, { ir, version, locked });
      if (!revived.created) await markArchived(tx, this.#context, { locked, archived: false });
      tell('flow.create', revived.flow, { ...detailsOf(origin), revived: true });
      return { flow: revived.flow, created: true };
    });
  }

  async update(
    ref: string,
    source: FlowSource,
    { ifMatch, scope }: Parameters<FlowWriter['update']>[2],
  ): Promise<StoredVersion> {
    const { ir, version } = await this.#prepare(source, scope);
    return this.#change(ir.name, async (tx, tell) => {
      const locked = await this.#lock(tx, ref);
      if (locked.name !== ir.name)
        throw new Problem(
          'invalid_flow',
          `The body is the flow ${ir.name}, not ${locked.name}; a flow keeps its name.`,
        );
      const [newest] = locked.versions;
      if (ifMatch !== null && newest?.hash !== ifMatch)
        throw new Problem(
          'version_conflict',
          `Flow ${locked.name} is not the one that you have read: its newest version is ${newest?.version}, hash ${newest?.hash}.`,
        );
      const to = ir.category ?? null;
      if (!mayMove(scope, { flow: ir.name, from: locked.category, to }))
        requireReach(
          { ...scope, flows: new Set() },
          { resource: { flow: ir.name, category: to }, permission: 'flow:update' },
        );
      const stored = await this.#append(tx, { ir, version, locked });
      if (stored.created) tell('flow.update', stored.flow, {});
      return stored;
    });
  }

  async archive(ref: string, { force }: { readonly force: boolean }): Promise<void> {
    const found = await this.#flows.get(ref);
    if (found === undefined) throw notFound(ref);
    // Asked before the transaction: Temporal may take its time, and a lock would not hold it anyway.
    const uses = force ? [] : await this.#deps.inUse({ organisation: this.#organisation, name: found.name });
    if (uses.length > 0) throw new Problem('flow_in_use', `Flow ${found.name} is in use: ${uses.join('; ')}.`);
    await this.#change(found.name, async (tx, tell) => {
      const locked = await this.#lock(tx, found.name);
      await markArchived(tx, this.#context, { locked, archived: true });
      const { version = '', hash = '' } = locked.versions[0] ?? {};
      tell('flow.archive', { name: locked.name, version, hash }, force ? { forced: true } : {});
    });
  }

  async clone(ref: string, { name, version, scope }: Parameters<FlowWriter['clone']>[1]): Promise<StoredVersion> {
    const from = await findVersion(this.#flows, ref, version ?? '*');
    return this.create(
      { source: renameFlow(from.source, name), mediaType: from.mediaType },
      { scope, origin: { kind: 'clone', flow: from.name, version: from.version } },
    );
  }

  async #prepare(source: FlowSource, scope: FlowScope): Promise<Compiled> {
    const environment = withoutUnseen(await this.#flows.environment(), await visibleFlows(this.#flows, scope));
    const prepared = prepareFlow(this.#deps.compile, source, environment);
    const { ir, diagnostics, tooLarge } = prepared;
    if (tooLarge) throw new Problem('payload_too_large', 'A flow has at most 256 KiB.', { errors: diagnostics });
    if (ir === undefined)
      throw new Problem('invalid_flow', 'The flow has errors; nothing was stored.', { errors: diagnostics });
    const { now } = this.#context;
    return { ir, version: (number: string) => asVersion(prepared, { ir, version: number, now, environment }) };
  }

  async #append(
    tx: Queries,
    { ir, version, locked }: Compiled & { readonly locked: LockedFlow },
  ): Promise<StoredVersion> {
    const decision = decideVersion(ir, locked.versions[0] ?? null);
    switch (decision.kind) {
      case 'conflict':
        throw goesBack(ir, decision);
      case 'same': {
        const [same] = await selectVersions(tx, { ...locked, organisation: this.#organisation }, [decision.version]);
        if (same === undefined) throw new Error(`version ${decision.version} of ${locked.name} can't be read`);
        return { flow: same.flow, created: false };
      }
      case 'new': {
        const flow = await insertVersion(tx, this.#context, { locked, version: version(decision.version) });
        return { flow, created: true };
      }
    }
  }

  async #lock(tx: Queries, ref: string): Promise<LockedFlow> {
    const locked = await lockFlow(tx, this.#organisation, ref.replaceAll('_', '-'));
    if (locked === null || locked.archived) throw notFound(ref);
    return locked;
  }

  /** One transaction; afterwards this process knows at once. */
  async #change<T>(
    flow: string,
    work: (
      tx: Queries,
      tell: (action: string, flow: Pick<StoredFlow, 'name' | 'version' | 'hash'>, details: JsonObject) => void,
    ) => Promise<T>,
  ): Promise<T> {
    try {
      return await change(this.#deps.database, this.#context, (tx, record) =>
        work(tx, (action, { name, version, hash }, details) =>
          record({ action, subject: { type: 'flow', id: name }, details: { version, hash, ...details } }),
        ),
      );
    } finally {
      this.#deps.cache.forget({ organisation: this.#organisation, flow });
    }
  }
}

function detailsOf(origin: FlowOrigin | undefined): JsonObject {
  if (origin === undefined) return {};
  return origin.kind === 'clone' ? { from: origin.flow, from_version: origin.version } : { template: origin.template };
}

const notFound = (ref: string): Problem => new Problem('flow_not_found', `There is no flow ${ref}.`);

function goesBack(ir: FlowIr, { version, newest }: { readonly version: string; readonly newest: string }): Problem {
  return new Problem(
    'version_conflict',
    `The body is version ${version} of flow ${ir.name}, and ${newest} is there already with other content. Name a version above ${newest}, or none.`,
  );
}
