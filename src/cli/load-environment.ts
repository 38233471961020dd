import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { emailManifest } from '../adapters/email/manifest.ts';
import { httpManifest } from '../adapters/http/manifest.ts';
import { logAdapter } from '../adapters/log/index.ts';
import type { AdapterManifest } from '../adapters/manifest.ts';
import type { CatalogueAction, CompileEnvironment } from '../dsl/compile-environment.ts';
import { flowIdentity } from '../flows/flow-identity.ts';
import { FIRST_VERSION } from '../flows/version-history.ts';
import { CliError } from './cli-error.ts';
import { isFlowFile } from './files/flow-files.ts';

/** Manifests of the coded adapters, without their code (and its HTTP and mail clients), so that `validate` starts fast. */
const CODED: readonly AdapterManifest[] = [httpManifest, logAdapter.manifest, emailManifest];
const MAX_PARENTS = 16;

/**
 * What a flow in a folder is checked against: `actions.yaml` and `adapters/*.yaml` of that folder and of those above it,
 * as far as the repository's root, the home folder or the root (the nearest wins), and the other flows of its folder.
 * Each folder is read once.
 */
export class EnvironmentLoader {
  readonly #extra: string | null;
  readonly #folders = new Map<string, Promise<CompileEnvironment>>();

  /** `adapters`: a further folder of adapter files, which comes first. */
  constructor(options: { cwd: string; adapters: string | null }) {
    this.#extra = options.adapters === null ? null : resolve(options.cwd, options.adapters);
  }

  /** Throws a CliError that lists the faults of adapter files and action catalogues. */
  forFolder(folder: string): Promise<CompileEnvironment> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const loading = this.#load(folder);
    this.#folders.set(folder, loading);
    return loading;
  }

  async #load(folder: string): Promise<CompileEnvironment> {
    const chain = await foldersAbove(folder);
    const adapterFolders = [
      ...(this.#extra === null ? [] : [this.#extra]),
      ...chain.map((one) => join(one, 'adapters')),
    ];
    const [adapters, actions, flows] = await Promise.all([
      adaptersIn(adapterFolders),
      actionsIn(chain),
      flowsIn(folder),
    ]);
    return { adapters, actions, flows };
  }
}

/** The folder and those above it, nearest first. */
async function foldersAbove(folder: string): Promise<readonly string[]> {
  const chain: string[] = [];
  for (let at = folder; chain.length < MAX_PARENTS; at = dirname(at)) {
    chain.push(at);
    if (at === homedir() || at === dirname(at) || (await exists(join(at, '.git')))) break;
  }
  return chain;
}

async function adaptersIn(folders: readonly string[]): Promise<ReadonlyMap<string, AdapterManifest>> {
  const adapters = new Map(CODED.map((manifest) => [manifest.name, manifest]));
  const present = [];
  for (const folder of folders) if (await exists(folder)) present.push(folder);
  if (present.length === 0) return adapters; // saves loading the schema validator
  const { formatManifestProblem, loadManifests } = await import('../adapters/load-manifests.ts');
  const { manifestOf } = await import('../adapters/from-manifest/index.ts');
  const { specs, problems } = await loadManifests(present);
  if (problems.length > 0) throw faulty('adapter file', problems.map(formatManifestProblem));
  for (const { spec } of specs) if (!adapters.has(spec.name)) adapters.set(spec.name, manifestOf(spec));
  return adapters;
}

async function actionsIn(folders: readonly string[]): Promise<Readonly<Record<string, CatalogueAction>>> {
  const found: Record<string, CatalogueAction> = {};
  for (const folder of [...folders].reverse()) Object.assign(found, await catalogueIn(folder));
  return found;
}

async function catalogueIn(folder: string): Promise<Readonly<Record<string, CatalogueAction>>> {
  for (const name of ['actions.yaml', 'actions.yml']) {
    const path = join(folder, name);
    const source = await readFile(path, 'utf8').catch(() => null);
    if (source === null) continue;
    const { readActionCatalogue } = await import('../flows/read-action-catalogue.ts');
    const { actions, problems } = readActionCatalogue(path, source);
    if (problems.length > 0) throw faulty('action catalogue', problems);
    return actions;
  }
  return {};
}

async function flowsIn(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const flows = new Map<string, readonly string[]>();
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter(isFlowFile).sort()) {
    const source = await readFile(join(folder, name), 'utf8').catch(() => '');
    const flow = flowIdentity(source);
    if (flow !== null) flows.set(flow.name, [...(flows.get(flow.name) ?? []), flow.version ?? FIRST_VERSION]);
  }
  return flows;
}

function faulty(what: string, problems: readonly string[]): CliError {
  return new CliError(`Flows can't be checked: the ${what} beside or above them has faults.`, {
    details: problems,
    hint: `Correct the ${what} first.`,
  });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
