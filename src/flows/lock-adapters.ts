import type { AdapterManifest } from '../adapters/manifest.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import { walkSteps } from '../executions/walk-steps.ts';
import type { LockedAdapters } from '../store/schema/flows.ts';

/** The adapters that a flow's calls and their fallbacks name, with version and hash; computed ones are known only when they run. */
export function lockAdapters(ir: FlowIr, adapters: ReadonlyMap<string, AdapterManifest>): LockedAdapters {
  const locked = new Map<string, { version: string; hash: string }>();
  walkSteps(ir, (step) => {
    if (step.kind !== 'call') return;
    for (const { adapter } of step.targets) {
      const manifest = adapter.v === 'lit' ? adapters.get(String(adapter.value)) : undefined;
      if (manifest !== undefined) locked.set(manifest.name, { version: manifest.version, hash: manifest.hash });
    }
  });
  return Object.fromEntries([...locked].sort(([a], [b]) => (a < b ? -1 : 1)));
}
