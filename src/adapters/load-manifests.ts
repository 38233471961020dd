import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkSpec } from './from-manifest/check-spec.ts';
import type { AdapterSpec } from './from-manifest/spec.ts';
import { readYamlDocument, YamlFault } from './yaml-document.ts';

/** A fault in an adapter file, at its place. Lines and columns count from 1. */
export interface ManifestProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** JSON pointer into the file's document. */
  readonly path: string;
  readonly message: string;
}
export interface LoadedManifests {
  readonly specs: readonly { readonly file: string; readonly spec: AdapterSpec }[];
  readonly problems: readonly ManifestProblem[];
}

/** Reads `*.yaml` and `*.yml` of these folders (not deeper), by name. A missing folder is empty. A faulty file is left out and reported. */
export async function loadManifests(folders: readonly string[]): Promise<LoadedManifests> {
  const specs: { file: string; spec: AdapterSpec }[] = [];
  const problems: ManifestProblem[] = [];
  for (const file of (await Promise.all(folders.map(manifestFiles))).flat()) {
    const found = parseManifest(file, await readFile(file, 'utf8'));
    problems.push(...found.problems);
    if (found.spec !== undefined) specs.push({ file, spec: found.spec });
  }
  return { specs, problems };
}

/** Checks the text of one adapter file. */
export function parseManifest(
  file: string,
  source: string,
): { readonly spec?: AdapterSpec; readonly problems: readonly ManifestProblem[] } {
  try {
    const document = readYamlDocument(source);
    const { spec, problems } = checkSpec(document.value);
    return {
      ...(spec !== undefined && { spec }),
      problems: problems.map((problem) => ({
        file,
        ...document.placeOf(problem.path),
        path: problem.path,
        message: `${problem.path === '' ? 'the adapter' : problem.path} ${problem.message}`,
      })),
    };
  } catch (error) {
    if (error instanceof YamlFault) return { problems: [{ file, ...error.place, path: '', message: error.message }] };
    throw error;
  }
}

/** `adapters/crm.yaml:12:5: /actions/… is required` */
export function formatManifestProblem(problem: ManifestProblem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
}

async function manifestFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  }
}
