import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { AdapterManifest } from '../adapters/manifest.ts';
import type { CompileEnvironment } from '../dsl/compile-environment.ts';
import type { CompileResult } from '../dsl/compile.ts';
import { flowIdentity } from './flow-identity.ts';
import type { StoredFlow } from './flow-store.ts';
import { environmentOf, type FlowFile, type FolderState } from './folder-state.ts';
import { readActionCatalogue } from './read-action-catalogue.ts';
import { type FolderListing, isGone } from './scan-folder.ts';
import { sameVersionTwice, toVersion } from './store-version.ts';
import { withVersion } from './version-history.ts';

/** What the folder store needs from outside. */
export interface FolderStoreDeps {
  readonly compile: (source: string, environment: CompileEnvironment) => CompileResult;
  /** Loads the adapter files of these folders, and gives the manifests of all adapters, coded ones too. Called again when a file changes. */
  readonly loadAdapters: (
    folders: readonly string[],
  ) => Promise<{ readonly manifests: ReadonlyMap<string, AdapterManifest>; readonly problems: readonly string[] }>;
  readonly now: () => number;
}

/** Reads what has changed since `before` and compiles what that touches. Gives `before` itself when nothing has. */
export async function readFolder(
  root: string,
  listing: FolderListing,
  before: FolderState,
  deps: FolderStoreDeps,
): Promise<FolderState> {
  const marks = new Map([...listing.flows, ...listing.catalogues, ...listing.adapters]);
  const first = before.marks.size === 0 && before.adapters.size === 0;
  const differs = (part: ReadonlyMap<string, string>, isPart: (path: string) => boolean): boolean =>
    [...part].some(([path, mark]) => before.marks.get(path) !== mark) ||
    [...before.marks.keys()].some((path) => isPart(path) && !part.has(path));
  const adaptersChanged = first || differs(listing.adapters, isAdapter);
  const catalogueChanged = differs(listing.catalogues, isCatalogue);
  if (
    !adaptersChanged &&
    !catalogueChanged &&
    !differs(listing.flows, (path) => !isAdapter(path) && !isCatalogue(path))
  )
    return before;

  const adapterPart = adaptersChanged ? await loadAdapters(root, listing, deps) : before;
  const cataloguePart = catalogueChanged ? await loadCatalogues(root, listing) : before;
  const files = await readFiles(root, listing, before, deps.now());
  const { adapters, adapterProblems } = adapterPart;
  const { actions, catalogueProblems } = cataloguePart;
  const environment = environmentOf({ files, kept: before.kept, adapters, actions });
  const namesChanged = namesOf(environment) !== namesOf(environmentOf(before));
  const kept = new Map(before.kept);
  const compiled = new Map<string, FlowFile>();
  const twins = twinsOf(files);
  for (const [path, { flow: old, ...file }] of files) {
    if (twins.ignored.has(path)) {
      compiled.set(path, file);
      continue;
    }
    const ignored = twins.byOwner.get(path) ?? [];
    const stale =
      old === undefined ||
      adaptersChanged ||
      catalogueChanged ||
      (namesChanged && (old.ir === undefined || old.ir.flowRefs.length > 0));
    if (!stale) {
      compiled.set(path, { ...file, flow: withTwins(old, ignored) });
      continue;
    }
    const history = kept.get(file.identity.name) ?? [];
    const flow = toVersion(file, deps.compile(file.source, environment), history);
    if (flow.ir !== undefined) kept.set(flow.name, withVersion(history, flow));
    compiled.set(path, { ...file, flow: withTwins(flow, ignored) });
  }
  return { marks, files: compiled, kept, adapters, actions, adapterProblems, catalogueProblems };
}

const isAdapter = (path: string): boolean => basename(dirname(path)) === 'adapters';
const isCatalogue = (path: string): boolean => /^actions\.ya?ml$/.test(basename(path));
const namesOf = (environment: CompileEnvironment): string =>
  JSON.stringify([...environment.flows].sort(([a], [b]) => (a < b ? -1 : 1)));

async function loadAdapters(
  root: string,
  listing: FolderListing,
  deps: FolderStoreDeps,
): Promise<Pick<FolderState, 'adapters' | 'adapterProblems'>> {
  const folders = new Set([...listing.adapters.keys()].map((path) => join(root, dirname(path))));
  const { manifests, problems } = await deps.loadAdapters([...folders].sort());
  return { adapters: manifests, adapterProblems: problems };
}

/** Deeper catalogues add to those above them and win. */
async function loadCatalogues(
  root: string,
  listing: FolderListing,
): Promise<Pick<FolderState, 'actions' | 'catalogueProblems'>> {
  const actions: Record<string, FolderState['actions'][string]> = {};
  const catalogueProblems: string[] = [];
  for (const path of [...listing.catalogues.keys()].sort((a, b) => a.split('/').length - b.split('/').length)) {
    const source = await readText(join(root, path));
    if (source === null) continue;
    const found = readActionCatalogue(path, source);
    Object.assign(actions, found.actions);
    catalogueProblems.push(...found.problems);
  }
  return { actions, catalogueProblems };
}

async function readFiles(
  root: string,
  listing: FolderListing,
  before: FolderState,
  now: number,
): Promise<ReadonlyMap<string, FlowFile>> {
  const files = new Map<string, FlowFile>();
  for (const [path, mark] of listing.flows) {
    const old = before.files.get(path);
    if (old?.mark === mark) {
      files.set(path, old);
      continue;
    }
    if (old === undefined && before.marks.get(path) === mark) continue; // known not to be a flow
    const source = await readText(join(root, path));
    if (source === null) continue;
    // A file called *.flow.yaml that can't be read as a flow is shown under its file's name, so that its author sees why.
    const identity =
      flowIdentity(source) ??
      (/\.flow\.(ya?ml|json)$/.test(path) ? { name: basename(path).replace(/\.flow\.\w+$/, ''), version: null } : null);
    if (identity === null) continue;
    if (old?.source === source) files.set(path, { ...old, mark });
    else files.set(path, { path, mark, source, identity, seenAt: now });
  }
  return files;
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** Paths by the flow and version that they hold: the first by path counts, the others are ignored and named in its diagnostics. */
function twinsOf(files: ReadonlyMap<string, FlowFile>): {
  readonly ignored: ReadonlySet<string>;
  readonly byOwner: ReadonlyMap<string, readonly string[]>;
} {
  const owners = new Map<string, string>();
  const ignored = new Set<string>();
  const byOwner = new Map<string, string[]>();
  for (const [path, { identity }] of files) {
    const key = `${identity.name}@${identity.version ?? ''}`;
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, path);
    else {
      ignored.add(path);
      byOwner.set(owner, [...(byOwner.get(owner) ?? []), path]);
    }
  }
  return { ignored, byOwner };
}

function withTwins(flow: StoredFlow, ignored: readonly string[]): StoredFlow {
  const own = flow.diagnostics.filter((one) => one.code !== 'WEIR1902');
  return { ...flow, diagnostics: [...own, ...ignored.map((path) => sameVersionTwice(flow, path))] };
}
