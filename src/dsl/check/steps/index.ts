import type { StepKind } from '../../ir/index.ts';
import { checkApprove } from './approve.ts';
import { checkCall } from './call.ts';
import { checkConditional } from './conditional.ts';
import { checkDo } from './do.ts';
import { checkEmit } from './emit.ts';
import { checkFail } from './fail.ts';
import { checkFlow } from './flow.ts';
import { checkForeach } from './foreach.ts';
import { checkParallel } from './parallel.ts';
import { checkRepeat } from './repeat.ts';
import { checkReturn } from './return.ts';
import { checkScript } from './script.ts';
import { checkSet } from './set.ts';
import type { StepCheck } from './step-check.ts';
import { checkSwitch } from './switch.ts';
import { checkWaitFor } from './wait_for.ts';
import { checkWait } from './wait.ts';

export const STEP_CHECKS: { readonly [K in StepKind]: StepCheck<K> } = {
  call: checkCall,
  parallel: checkParallel,
  conditional: checkConditional,
  switch: checkSwitch,
  foreach: checkForeach,
  repeat: checkRepeat,
  wait: checkWait,
  wait_for: checkWaitFor,
  approve: checkApprove,
  set: checkSet,
  do: checkDo,
  flow: checkFlow,
  emit: checkEmit,
  fail: checkFail,
  return: checkReturn,
  script: checkScript,
};
