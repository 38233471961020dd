import type { StepKind } from '../../ir/index.ts';
import type { KindSchema } from '../step-schema.ts';
import { approveSchema } from './approve.ts';
import { conditionalSchema } from './conditional.ts';
import { doSchema } from './do.ts';
import { emitSchema } from './emit.ts';
import { failSchema } from './fail.ts';
import { flowStepSchema } from './flow.ts';
import { foreachSchema } from './foreach.ts';
import { parallelSchema } from './parallel.ts';
import { repeatSchema } from './repeat.ts';
import { returnSchema } from './return.ts';
import { scriptSchema } from './script.ts';
import { setSchema } from './set.ts';
import { switchSchema } from './switch.ts';
import { waitSchema } from './wait.ts';
import { waitForSchema } from './wait_for.ts';

/** Schemas of the kinds that have a keyword; a call has none, see call.ts. */
export const KIND_SCHEMAS: Readonly<Record<Exclude<StepKind, 'call'>, KindSchema>> = {
  approve: approveSchema,
  conditional: conditionalSchema,
  do: doSchema,
  emit: emitSchema,
  fail: failSchema,
  flow: flowStepSchema,
  foreach: foreachSchema,
  parallel: parallelSchema,
  repeat: repeatSchema,
  return: returnSchema,
  script: scriptSchema,
  set: setSchema,
  switch: switchSchema,
  wait: waitSchema,
  wait_for: waitForSchema,
};
