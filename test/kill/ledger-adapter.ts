import { setTimeout as pause } from 'node:timers/promises';
import { ActionError } from '../../src/adapters/action-error.ts';
import type { ActionFunction, Adapter } from '../../src/adapters/adapter.ts';
import { manifestHash } from '../../src/adapters/manifest-hash.ts';
import type { AdapterManifest } from '../../src/adapters/manifest.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import { type LedgerLine, writeLine } from './ledger.ts';

interface LedgerParams {
  /** Time between the call's arrival and its effect, ms. */
  readonly after?: number;
  /** The first attempts that fail, with `http_503`, after their time and without an effect. */
  readonly failures?: number;
  readonly value?: Json;
}

const action = (idempotency: 'key' | 'none') => ({ idempotency, completion: 'sync' }) as const;
const manifest: Omit<AdapterManifest, 'hash'> = {
  name: 'ledger',
  version: '1.0.0',
  actions: { keyed: action('key'), raw: action('none') },
};
export const ledgerManifest: AdapterManifest = { ...manifest, hash: manifestHash(manifest) };

/** What a call gives; the same in virtual time. */
export function ledgerAnswer(params: LedgerParams, attempt: number): { after: number; failed: boolean; value: Json } {
  return { after: params.after ?? 0, failed: attempt <= (params.failures ?? 0), value: params.value ?? null };
}

/** An adapter that writes into `file` what reaches it: `keyed` is covered by an idempotency key, `raw` is not. */
export function ledgerAdapter(file: string): Adapter {
  const act: ActionFunction = async (params, { attempt, idempotencyKey: key, execution, step, signal }) => {
    const line = (phase: LedgerLine['phase']): void =>
      writeLine(file, { phase, key, execution, step, attempt, pid: process.pid, at: Date.now() });
    const answer = ledgerAnswer(params as LedgerParams, attempt); // the flows of these tests keep to it
    line('begin');
    await pause(answer.after, undefined, { signal });
    if (answer.failed) throw new ActionError({ code: 'http_503', status: 503, message: 'not yet', retryable: true });
    line('effect');
    return answer.value;
  };
  return { manifest: ledgerManifest, actions: { keyed: act, raw: act } };
}
