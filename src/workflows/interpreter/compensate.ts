import type { JsonObject } from '../../dsl/ir/json.ts';
import { CancelledError } from './cancel.ts';
import type { Engine } from './engine.ts';
import { FlowError } from './flow-error.ts';
import type { CompensationEntry } from './memo.ts';
import { Scope, Variables } from './scope.ts';
import { runSequence } from './run-step.ts';
import { runShielded } from './shield.ts';
import { innerAddresses } from './static-tree.ts';

/**
 * Undoes what was done, the latest first, each with the values of its step (dsl.md, section 6). One that fails is in
 * the trace and the rest go on; nothing cancels it; all of it has 5 minutes.
 */
export async function compensate(engine: Engine, entries: readonly CompensationEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await runShielded(engine, 'compensate', async (token) => {
    for (const entry of [...entries].sort((a, b) => b.seq - a.seq)) {
      const step = engine.steps.get(entry.key);
      if (step?.compensate === undefined) continue;
      const { vars, ...roots } = entry.roots;
      const variables = new Variables(`compensate ${entry.address}`, (vars ?? {}) as JsonObject, engine.journal);
      const scope = new Scope({ parent: null, variables, locals: new Map(Object.entries(roots)) });
      const prefix = entry.address.slice(0, entry.address.length - entry.key.length);
      try {
        await runSequence(engine, step.compensate, { scope, token, prefix });
      } catch (error) {
        if (!(error instanceof FlowError)) throw error;
      }
      engine.journal.removeCompensation(entry.address);
      const inner = innerAddresses(step, prefix);
      engine.journal.raiseGenerations([entry.address, ...inner.addresses], inner.prefixes);
    }
  }).catch((error: unknown) => {
    if (!(error instanceof FlowError || error instanceof CancelledError)) throw error;
  });
}
