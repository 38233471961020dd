import { createHash } from 'node:crypto';
import type { CompileResult } from '../dsl/compile.ts';
import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import type { FlowFile } from './folder-state.ts';
import type { StoredFlow } from './flow-store.ts';
import { nextVersion } from './version-history.ts';

/**
 * Turns a compiled file into a version. Without a `version` of its own the same content keeps its number and other
 * content gets the next patch level. `kept`: versions known of this flow, newest first.
 */
export function toVersion(file: FlowFile, result: CompileResult, kept: readonly StoredFlow[]): StoredFlow {
  const base = {
    name: result.ir?.name ?? file.identity.name,
    source: file.source,
    mediaType: file.path.endsWith('.json') ? ('application/json' as const) : ('application/yaml' as const),
    file: file.path,
    createdAt: file.seenAt,
  };
  const { ir, diagnostics } = result;
  if (ir === undefined) {
    const version = file.identity.version ?? nextVersion(kept.map((one) => one.version));
    return { ...base, version, hash: createHash('sha256').update(file.source).digest('hex'), diagnostics };
  }
  const latest = kept[0];
  const same = latest?.hash === ir.hash ? latest.version : nextVersion(kept.map((one) => one.version));
  const version = file.identity.version ?? same;
  const before = kept.find((one) => one.version === version);
  const changed = before !== undefined && before.hash !== ir.hash;
  return {
    ...base,
    version,
    hash: ir.hash,
    ir: { ...ir, version },
    diagnostics: changed ? [...diagnostics, changedWithoutVersion(version)] : diagnostics,
    createdAt: before !== undefined && !changed ? before.createdAt : file.seenAt,
  };
}

const place = { path: '', line: 1, column: 1, end_line: 1, end_column: 1 };

/** WEIR1901: content changed under a version that was already there. Running executions keep what they started with. */
function changedWithoutVersion(version: string): Diagnostic {
  return {
    code: 'WEIR1901',
    severity: 'warning',
    message: `the content has changed, the version has not: ${version} now means something else than before`,
    ...place,
    path: '/version',
    hint: 'raise `version`, or leave it out',
  };
}

/** WEIR1902: two files hold the same version of a flow; the first by path counts. */
export function sameVersionTwice(flow: StoredFlow, ignored: string): Diagnostic {
  return {
    code: 'WEIR1902',
    severity: 'warning',
    message: `${ignored} holds flow ${flow.name} ${flow.version} too and is ignored`,
    ...place,
    path: '/flow',
    hint: 'rename one of the flows, give it another version, or delete a file',
  };
}
