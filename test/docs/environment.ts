import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { emailManifest } from '../../src/adapters/email/manifest.ts';
import { manifestOf } from '../../src/adapters/from-manifest/index.ts';
import { httpManifest } from '../../src/adapters/http/manifest.ts';
import { loadManifests } from '../../src/adapters/load-manifests.ts';
import { logAdapter } from '../../src/adapters/log/index.ts';
import type { CompileEnvironment } from '../../src/dsl/compile-environment.ts';
import { readActionCatalogue } from '../../src/flows/read-action-catalogue.ts';
import { demoManifest } from '../run/demo-adapter.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** What the documentation's examples may call: the built-in adapters, those of the examples, and their catalogue and flows. */
export async function docsEnvironment(): Promise<CompileEnvironment> {
  const folders = ['seeds', 'shop'].map((name) => join(ROOT, 'examples', name));
  const { specs, problems } = await loadManifests(folders.map((folder) => join(folder, 'adapters')));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const all = [
    httpManifest,
    logAdapter.manifest,
    emailManifest,
    demoManifest,
    ...specs.map(({ spec }) => manifestOf(spec)),
  ];
  const flows = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.flow.yaml')));
  return {
    adapters: new Map(all.map((manifest) => [manifest.name, manifest])),
    actions: readActionCatalogue('actions.yaml', readFileSync(join(ROOT, 'examples/seeds/actions.yaml'), 'utf8'))
      .actions,
    flows: new Map(flows.map((file) => [file.replace('.flow.yaml', ''), ['1.0.0']])),
  };
}

/** The Markdown files that people read: those of the root, docs/ and examples/, by path from the root. */
export function markdownFiles(): readonly string[] {
  const inRoot = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const below = ['docs', 'examples', 'bench', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return [...inRoot, ...below.filter((name) => name.endsWith('.md'))].map((name) => relative('.', name)).sort();
}
export const readDoc = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
