import type { StepKind } from '../../ir/index.ts';
import type { StepLower } from '../step-lower.ts';
import { lowerApprove } from './approve.ts';
import { lowerCall } from './call.ts';
import { lowerConditional } from './conditional.ts';
import { lowerDo } from './do.ts';
import { lowerEmit } from './emit.ts';
import { lowerFail } from './fail.ts';
import { lowerFlowStep } from './flow.ts';
import { lowerForeach } from './foreach.ts';
import { lowerParallel } from './parallel.ts';
import { lowerRepeat } from './repeat.ts';
import { lowerReturn } from './return.ts';
import { lowerScript } from './script.ts';
import { lowerSet } from './set.ts';
import { lowerSwitch } from './switch.ts';
import { lowerWait } from './wait.ts';
import { lowerWaitFor } from './wait_for.ts';

export const STEP_LOWERS: { readonly [K in StepKind]: StepLower<K> } = {
  approve: lowerApprove,
  call: lowerCall,
  conditional: lowerConditional,
  do: lowerDo,
  emit: lowerEmit,
  fail: lowerFail,
  flow: lowerFlowStep,
  foreach: lowerForeach,
  parallel: lowerParallel,
  repeat: lowerRepeat,
  return: lowerReturn,
  script: lowerScript,
  set: lowerSet,
  switch: lowerSwitch,
  wait: lowerWait,
  wait_for: lowerWaitFor,
};
