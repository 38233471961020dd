import { createHash } from 'node:crypto';
import type { VerifiedCallback } from '../activities/callback-token.ts';
import type { CallbackClaim } from '../activities/contract.ts';
import type { AdapterManifest } from '../adapters/manifest.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import { Problem } from '../problems/problem.ts';
import { type CallbackMessage, UPDATES } from '../workflows/contract.ts';
import { checkValue } from './check-value.ts';
import { findStepIr } from './find-step.ts';
import type { ExecutionReader } from './read-execution.ts';
import type { Runs } from './runs.ts';

export interface CallbackDeps {
  readonly runs: Runs;
  readonly reader: ExecutionReader;
  readonly verify: (token: string) => VerifiedCallback;
  readonly adapters: () => Promise<ReadonlyMap<string, AdapterManifest>>;
}
export interface CompletedCallback {
  readonly accepted: true;
  readonly execution_id: string;
  readonly step: string;
}

/**
 * Completes an async step. The answer is durable; a repeated call gets the same answer, after the end too. Throws
 * invalid_callback_token, invalid_payload (still open), callback_gone, no_worker, temporal_unavailable.
 */
export async function completeCallback(deps: CallbackDeps, token: string, payload: Json): Promise<CompletedCallback> {
  const verified = deps.verify(token);
  if (!verified.ok && (verified.reason === 'forged' || verified.claim === undefined))
    throw new Problem('invalid_callback_token', 'The token in the address was not made by this server.');
  const { claim } = verified;
  if (claim === undefined) throw new Error('a genuine token has a claim');
  const answer: CompletedCallback = { accepted: true, execution_id: claim.execution, step: claim.step };
  if (!verified.ok) return (await wasUsed(deps.reader, claim)) ? answer : gone(claim, 'it has expired');
  const flow = await flowOf(deps.runs, claim);
  const schemas = callbackSchemas(flow, claim.step, await deps.adapters());
  const checked = schemas.map((schema) => checkValue(schema, payload));
  const fitting = checked.find((one) => one.faults.length === 0);
  const faults = checked[0]?.faults ?? [];
  if (checked.length > 0 && fitting === undefined) {
    if (await wasUsed(deps.reader, claim)) return answer;
    throw new Problem(
      'invalid_payload',
      `The payload does not fit the schema of ${claim.step}: ${faults.map((fault) => fault.message).join('; ')}.`,
      { errors: faults },
    );
  }
  const message: CallbackMessage = { step: claim.step, nonce: claim.nonce, payload: fitting?.value ?? payload };
  const id = createHash('sha256').update(token).digest('hex');
  const outcome = await deps.runs.update({
    executionId: claim.execution,
    name: UPDATES.callback,
    id,
    argument: { ...message },
  });
  if (outcome.kind === 'done' || (await wasUsed(deps.reader, claim))) return answer;
  return gone(claim, outcome.kind === 'ended' ? 'the execution has ended' : 'the step does not wait for it any more');
}

async function flowOf(runs: Runs, claim: CallbackClaim): Promise<FlowIr> {
  try {
    return (await runs.input(claim.execution)).flow;
  } catch (error) {
    if (error instanceof Problem && error.code === 'execution_not_found') return gone(claim, 'the execution is gone');
    throw error;
  }
}

/** Schemas of the actions that the step may have called: its target's and its fallbacks'. A payload must fit one. */
function callbackSchemas(
  flow: FlowIr,
  address: string,
  adapters: ReadonlyMap<string, AdapterManifest>,
): readonly JsonObject[] {
  const step = findStepIr(flow, address);
  if (step?.kind !== 'call') return [];
  return step.targets.flatMap(({ adapter, action }) => {
    const name = adapter.v === 'lit' && typeof adapter.value === 'string' ? adapter.value : null;
    const schema = name === null ? undefined : adapters.get(name)?.actions[action]?.callback_schema;
    return schema === undefined ? [] : [schema];
  });
}

/** True when this very callback was accepted, in whatever run. */
async function wasUsed(reader: ExecutionReader, claim: CallbackClaim): Promise<boolean> {
  try {
    const loaded = await reader.load(claim.execution);
    return loaded.reader.memo().used.includes(`${claim.step}#${claim.nonce}`);
  } catch (error) {
    if (error instanceof Problem && error.code === 'execution_not_found') return false;
    throw error;
  }
}

function gone(claim: CallbackClaim, why: string): never {
  throw new Problem(
    'callback_gone',
    `The callback for step ${claim.step} of execution ${claim.execution} can't be taken any more: ${why}.`,
  );
}
