import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface CorpusCase {
  readonly name: string;
  readonly dir: string;
  readonly source: string;
}

/** The cases of a corpus: one folder each, holding flow.yaml and a golden file. */
export function loadCorpus(corpus: 'compile' | 'reject'): CorpusCase[] {
  const root = path.join(import.meta.dirname, corpus);
  return readdirSync(root)
    .sort()
    .map((name) => ({
      name,
      dir: path.join(root, name),
      source: readFileSync(path.join(root, name, 'flow.yaml'), 'utf8'),
    }));
}

/** The golden data of a case. With UPDATE_GOLDENS=1 it is written first: read the diff as code. */
export function golden(each: CorpusCase, file: string, actual: unknown): unknown {
  const target = path.join(each.dir, file);
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(target, `${JSON.stringify(actual, null, 2)}\n`);
  return existsSync(target) ? JSON.parse(readFileSync(target, 'utf8')) : undefined;
}
