import { dump } from 'js-yaml';
import type { CatalogueAction } from '../dsl/compile-environment.ts';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import type { FolderFile } from './folder-import.ts';
import { folderFault, importItem, type PlannedItem } from './import-item.ts';
import { sourceHash, type StoredCatalogue } from './pg-catalogues.ts';
import { readActionCatalogue } from './read-action-catalogue.ts';

type Actions = Readonly<Record<string, CatalogueAction>>;

export interface PlannedCatalogue {
  readonly items: readonly PlannedItem[];
  /** As they will be. */
  readonly actions: Actions;
}

/** What becomes of catalogue files: deeper ones add to those above them and win, and what only the server has stays unless `prune`. */
export function planCatalogue(
  files: readonly FolderFile[],
  {
    current,
    prune,
    admin,
  }: {
    readonly current: StoredCatalogue | null;
    readonly prune: boolean;
    readonly admin: boolean;
  },
): PlannedCatalogue {
  const before = current?.actions ?? {};
  const there = {
    kind: 'catalogue',
    name: 'actions',
    from: current === null ? null : String(current.revision),
  } as const;
  if (files.length === 0) {
    if (current === null) return { items: [], actions: {} };
    const kept = { ...there, path: null, operation: 'keep', version: there.from, hash: current.hash } as const;
    return { items: [{ item: importItem(kept) }], actions: before };
  }
  const sorted = files.toSorted((a, b) => a.path.split('/').length - b.path.split('/').length);
  const read = sorted.map((file) => ({ ...file, ...readActionCatalogue(file.path, file.content) }));
  if (read.some(({ problems }) => problems.length > 0)) {
    const items = read.map(({ path, problems }) => ({
      item: importItem({
        ...there,
        path,
        operation: problems.length > 0 ? 'invalid' : 'ignored',
        reason: problems.length > 0 ? null : 'Another catalogue has errors.',
        diagnostics: problems.map((problem) => folderFault(placed(problem, path))),
      }),
    }));
    return { items, actions: { ...before, ...Object.assign({}, ...read.map(({ actions }) => actions)) } };
  }
  const given: Actions = Object.assign({}, ...read.map(({ actions }) => actions));
  const extra = Object.keys(before).filter((name) => !Object.hasOwn(given, name));
  const actions = prune ? given : { ...before, ...given };
  const [first] = read;
  const verbatim = read.length === 1 && (prune || extra.length === 0);
  const source = verbatim && first !== undefined ? first.content : dump(actions, { lineWidth: -1 });
  const isSame = current !== null && canonicalJson(before) === canonicalJson(actions);
  const operation = isSame ? 'unchanged' : !admin ? 'forbidden' : current === null ? 'create' : 'update';
  const reason = [
    ...(operation === 'forbidden' ? ['Actions need the permission org:admin.'] : []),
    ...(read.length > 1 ? [`Put together from ${read.length} files.`] : []),
    ...(extra.length > 0 ? [`${prune ? 'Drops' : 'Keeps'} what only the server has: ${extra.join(', ')}.`] : []),
  ].join(' ');
  const after = current?.revision ?? 0;
  const planned = {
    ...there,
    operation,
    version: isSame ? there.from : String(after + 1),
    hash: isSame ? current.hash : sourceHash(source),
    reason: reason === '' ? null : reason,
  } as const;
  const isChange = operation === 'create' || operation === 'update';
  const items = read.map(
    ({ path }, index): PlannedItem => ({
      item: importItem({ ...planned, path }),
      ...(isChange && index === 0 && { task: { kind: 'catalogue', source, after } }),
    }),
  );
  return { items, actions };
}

/** `actions.yaml:3:1: what is wrong` taken apart. */
function placed(problem: string, path: string) {
  const [, line = '1', column = '1', message = problem] =
    /^:(\d+):(\d+): (.*)$/s.exec(problem.slice(path.length)) ?? [];
  return { message, path: '', line: Number(line), column: Number(column) };
}
