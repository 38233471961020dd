import type { Json } from '../../dsl/ir/json.ts';
import type { StepIr, StepKind } from '../../dsl/ir/step.ts';
import type { At } from './at.ts';
import { runApprove } from './approve.ts';
import { runCall } from './call.ts';
import { runConditional } from './conditional.ts';
import { runDo } from './do.ts';
import { runEmit } from './emit.ts';
import { runFail } from './fail.ts';
import { runFlowStep } from './flow.ts';
import { runForeach } from './foreach.ts';
import { runParallel } from './parallel.ts';
import { runRepeat } from './repeat.ts';
import { runReturn } from './return.ts';
import { runScript } from './script.ts';
import { runSet } from './set.ts';
import { runSwitch } from './switch.ts';
import { runWait } from './wait.ts';
import { runWaitFor } from './wait_for.ts';

type Runners = { readonly [K in StepKind]: (at: At, step: Extract<StepIr, { kind: K }>) => Promise<Json> };

const RUNNERS: Runners = {
  call: runCall,
  parallel: runParallel,
  conditional: runConditional,
  switch: runSwitch,
  foreach: runForeach,
  repeat: runRepeat,
  wait: runWait,
  wait_for: runWaitFor,
  approve: runApprove,
  set: runSet,
  do: runDo,
  flow: runFlowStep,
  emit: runEmit,
  fail: runFail,
  return: runReturn,
  script: runScript,
};

/** Does what the step's kind does, once, without its modifiers. */
export function runKind(at: At, step: StepIr): Promise<Json> {
  // The table's type ties each kind to its runner; indexing by the union loses that.
  return (RUNNERS[step.kind] as (at: At, step: StepIr) => Promise<Json>)(at, step);
}
