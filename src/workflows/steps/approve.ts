import type { Json } from '../../dsl/ir/json.ts';
import type { ApproveIr } from '../../dsl/ir/step.ts';
import { orCancelled } from '../interpreter/deferred.ts';
import { settingsTimeout } from './settings-timeout.ts';
import type { At } from './at.ts';

export async function runApprove(at: At, step: ApproveIr): Promise<Json> {
  const { engine, frame, address } = at;
  const title = engine.resolve(step.title, frame, address);
  const to = step.to === undefined ? null : engine.resolve(step.to, frame, address);
  const decided = engine.inbox.openApproval(address, step.id);
  try {
    const outcome = await settingsTimeout(
      at,
      step.settingsTimeout,
      { on: 'approval', detail: { title, to } },
      (token) => orCancelled(decided.promise, token),
    );
    if (outcome !== 'timeout') return outcome;
  } finally {
    engine.inbox.closeApproval(address);
  }
  if (step.onTimeout === 'fail') throw settingsTimeout.error(address);
  return {
    approved: step.onTimeout === 'approve',
    by: null,
    at: new Date(engine.port.now()).toISOString(),
    comment: null,
    form: null,
  };
}
