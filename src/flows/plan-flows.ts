import { setImmediate as nextTurn } from 'node:timers/promises';
import semver from 'semver';
import { reaches } from '../auth/authorize.ts';
import type { CompileEnvironment } from '../dsl/compile-environment.ts';
import { decideVersion } from './decide-version.ts';
import { flowIdentity, type FlowIdentity } from './flow-identity.ts';
import type { LockedFlow } from './flow-rows.ts';
import type { FolderFile, ImportItem, ImportReach } from './folder-import.ts';
import { importItem, type PlannedItem } from './import-item.ts';
import { asVersion, type Compile, type PreparedFlow, prepareFlow } from './prepare-version.ts';
import { mayMove } from './require-reach.ts';
import { withoutUnseen } from './unseen-flows.ts';
import { newestFirst, nextVersion } from './version-history.ts';

/** A file that is a flow, or says so by its name. */
export interface FlowFile extends FolderFile {
  readonly identity: FlowIdentity;
}

export interface FlowPlanning {
  /** On the server, archived ones too. */
  readonly current: ReadonlyMap<string, LockedFlow>;
  readonly reach: ImportReach;
  readonly compile: Compile;
  /** Without flows. */
  readonly environment: Omit<CompileEnvironment, 'flows'>;
  /** Names of flows that will be archived. */
  readonly pruned: ReadonlySet<string>;
  readonly now: number;
}

/** The file as a flow; null for other YAML. */
export function asFlowFile(file: FolderFile): FlowFile | null {
  const identity = flowIdentity(file.content);
  if (identity !== null) return { ...file, identity };
  const named = /([^/]+)\.flow\.(ya?ml|json)$/.exec(file.path)?.[1];
  return named === undefined ? null : { ...file, identity: { name: named, version: null } };
}

/**
 * What becomes of flow files, those first that others call. Each is checked against the flows as they will be. Lets others have
 * their turn in between: compiling thousands takes seconds.
 */
export async function planFlows(found: readonly FlowFile[], planning: FlowPlanning): Promise<readonly PlannedItem[]> {
  const visible = visibleNames(found, planning);
  const names = (known: ReadonlyMap<string, readonly string[]>) =>
    withoutUnseen({ ...planning.environment, flows: known }, visible);
  const pause = breather();
  const prepare = async ({ path, content }: FlowFile, environment: CompileEnvironment) => {
    await pause();
    const mediaType = path.endsWith('.json') ? 'application/json' : 'application/yaml';
    return prepareFlow(planning.compile, { source: content, mediaType }, environment);
  };
  // Which versions there will be shows only when the flows are compiled, and what they may call only then: twice.
  const guess = names(guessedVersions(found, planning));
  const first = new Map<FlowFile, PreparedFlow>();
  for (const file of found) {
    const prepared = await prepare(file, guess);
    first.set(asCompiled(file, prepared), prepared);
  }
  const files = [...first.keys()];
  const settled = names(settledVersions(simulate(files, first, planning, guess), planning));
  const prepared = new Map(first);
  for (const [file, { ir }] of first)
    if (ir === undefined || ir.flowRefs.length > 0) prepared.set(file, await prepare(file, settled));
  return callsFirst(simulate(files, prepared, planning, settled));
}

/** What diagnostics may suggest: what the caller may read, and what it brings itself. Undefined: every flow. */
function visibleNames(found: readonly FlowFile[], { current, reach }: FlowPlanning): readonly string[] | undefined {
  if (reach.read.all) return undefined;
  const read = [...current.values()].filter(({ name, category }) => reaches(reach.read, { flow: name, category }));
  return [...read.map(({ name }) => name), ...found.map(({ identity }) => identity.name)];
}

/** The compiler's word on the name counts; the quick look at the text can err where it is nested deeply. */
function asCompiled(file: FlowFile, { ir }: PreparedFlow): FlowFile {
  return ir === undefined || ir.name === file.identity.name
    ? file
    : { ...file, identity: { ...file.identity, name: ir.name } };
}

const TURN_MS = 20;

/** Waits a turn of the event loop whenever 20 ms have gone since the last one. */
function breather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await nextTurn();
    since = performance.now();
  };
}

interface SimulatedFlow extends PlannedItem {
  readonly file: FlowFile;
  readonly prepared: PreparedFlow;
}

function simulate(
  files: readonly FlowFile[],
  prepared: ReadonlyMap<FlowFile, PreparedFlow>,
  planning: FlowPlanning,
  environment: CompileEnvironment,
): readonly SimulatedFlow[] {
  const byName = new Map<string, FlowFile[]>();
  for (const file of files) byName.set(file.identity.name, [...(byName.get(file.identity.name) ?? []), file]);
  return [...byName.values()].flatMap((group) => {
    let flow: LockedFlow | null = planning.current.get(group[0]?.identity.name ?? '') ?? null;
    const seen = new Map<string, string>();
    return group.toSorted(byVersion).flatMap((file) => {
      const made = prepared.get(file);
      if (made === undefined) return [];
      const version = file.identity.version ?? '';
      const twin = seen.get(version);
      seen.set(version, file.path);
      const step =
        twin === undefined ? planOne({ file, prepared: made, flow }, planning, environment) : twinOf(file, twin);
      flow = step.next ?? flow;
      return [{ ...step.planned, file, prepared: made }];
    });
  });
}

interface PlannedStep {
  readonly planned: PlannedItem;
  /** The flow as it is after this step. */
  readonly next?: LockedFlow;
}

function planOne(
  {
    file,
    prepared,
    flow,
  }: { readonly file: FlowFile; readonly prepared: PreparedFlow; readonly flow: LockedFlow | null },
  planning: FlowPlanning,
  environment: CompileEnvironment,
): PlannedStep {
  const { path } = file;
  const { ir, diagnostics } = prepared;
  const name = ir?.name ?? file.identity.name;
  const { read, update, create } = planning.reach;
  const own = { flow: name, category: flow?.category ?? null };
  const isHidden = flow !== null && !reaches(read, own) && !reaches(update, own);
  const [newest] = flow?.versions ?? [];
  const from = flow === null || flow.archived || isHidden ? null : (newest?.version ?? null);
  const as = (rest: Pick<ImportItem, 'operation'> & Partial<ImportItem>) =>
    importItem({ path, kind: 'flow', name, from, diagnostics, ...rest });
  if (ir === undefined) return { planned: { item: as({ operation: 'invalid' }) } };
  const forbidden = (permission: string): PlannedStep => ({
    planned: { item: as({ operation: 'forbidden', reason: `This needs the permission ${permission} on it.` }) },
  });
  if (isHidden) return forbidden('flow:update');
  const { hash } = ir;
  const isThere = flow !== null && !flow.archived;
  const asNamed = flow?.versions.find((one) => one.version === ir.version && one.hash === hash);
  if (isThere && asNamed !== undefined)
    return { planned: { item: as({ operation: 'unchanged', version: asNamed.version, hash }) } };
  const decision = decideVersion(ir, newest ?? null);
  const { version } = decision;
  if (decision.kind === 'conflict') {
    const reason = `It is version ${version}, and ${decision.newest} is there already with other content.`;
    return { planned: { item: as({ operation: 'invalid', reason }) } };
  }
  if (isThere && decision.kind === 'same') return { planned: { item: as({ operation: 'unchanged', version, hash }) } };
  const to = { flow: name, category: ir.category ?? null };
  if (!isThere && !(reaches(create, to) && (flow === null || reaches(create, own)))) return forbidden('flow:create');
  if (isThere && !(reaches(update, own) && mayMove(update, { flow: name, from: own.category, to: to.category })))
    return forbidden('flow:update');
  const item = as({ operation: isThere ? 'update' : 'create', version, hash });
  const next: LockedFlow = {
    id: flow?.id ?? '',
    name,
    category: to.category,
    archived: false,
    versions: decision.kind === 'same' ? (flow?.versions ?? []) : [{ version, hash }, ...(flow?.versions ?? [])],
  };
  if (decision.kind === 'same' && flow !== null)
    return { planned: { item, task: { kind: 'revive', was: flow } }, next };
  const stored = asVersion(prepared, { ir, version, now: planning.now, environment });
  return { planned: { item, task: { kind: 'version', version: stored, was: flow } }, next };
}

function twinOf({ path, identity: { name, version } }: FlowFile, twin: string): PlannedStep {
  const reason = `${twin} holds flow ${name}${version === null ? '' : ` ${version}`} too.`;
  return { planned: { item: importItem({ path, kind: 'flow', name, operation: 'invalid', reason }) } };
}

/** Lowest first; without a version last: it comes behind those that are named. */
function byVersion({ identity: a }: FlowFile, { identity: b }: FlowFile): number {
  const [one, two] = [semver.valid(a.version), semver.valid(b.version)];
  if (one === null || two === null) return Number(one === null) - Number(two === null);
  return semver.compare(one, two);
}

function guessedVersions(files: readonly FlowFile[], planning: FlowPlanning): ReadonlyMap<string, readonly string[]> {
  const known = versionsThere(planning);
  for (const { identity } of files) {
    const before = known.get(identity.name) ?? [];
    known.set(identity.name, [...before, identity.version ?? nextVersion(before)]);
  }
  return known;
}

function settledVersions(
  planned: readonly SimulatedFlow[],
  planning: FlowPlanning,
): ReadonlyMap<string, readonly string[]> {
  const known = versionsThere(planning);
  for (const { item, file } of planned) {
    const { name } = file.identity;
    const before = known.get(name) ?? [];
    // One with errors is there for its callers: it is refused for its own sake.
    const version = item.version ?? file.identity.version ?? nextVersion(before);
    if (!before.includes(version)) known.set(name, [...before, version]);
  }
  return known;
}

/** Oldest first, as the compiler wants them. */
function versionsThere({ current, pruned }: FlowPlanning): Map<string, readonly string[]> {
  const there = [...current.values()].filter(({ name, archived }) => !archived && !pruned.has(name));
  return new Map(
    there.map(({ name, versions }) => [
      name,
      versions
        .toSorted(newestFirst)
        .map(({ version }) => version)
        .reverse(),
    ]),
  );
}

/** By path, but what is called before its callers; a circle is cut where it is entered. */
function callsFirst(planned: readonly SimulatedFlow[]): readonly PlannedItem[] {
  const byName = new Map<string, SimulatedFlow[]>();
  for (const one of planned) byName.set(one.file.identity.name, [...(byName.get(one.file.identity.name) ?? []), one]);
  const done: PlannedItem[] = [];
  const begun = new Set<string>();
  const visit = (name: string): void => {
    if (begun.has(name)) return;
    begun.add(name);
    const group = byName.get(name) ?? [];
    for (const { prepared } of group)
      for (const ref of prepared.ir?.flowRefs ?? []) visit((ref.split('@')[0] ?? ref).replaceAll('_', '-'));
    done.push(...group.map(({ item, task }) => ({ item, ...(task !== undefined && { task }) })));
  };
  for (const { file } of planned) visit(file.identity.name);
  return done;
}
