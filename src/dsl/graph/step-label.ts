import type { CallTargetIr, StepIr } from '../ir/index.ts';
import { durationText, valueText } from './value-text.ts';

type Describe = { readonly [K in StepIr['kind']]: (step: Extract<StepIr, { kind: K }>) => readonly string[] };

/** What a box says about the step of each kind, below its name. */
const DESCRIBE: Describe = {
  call: (step) => {
    const [first, ...fallbacks] = step.targets;
    const lines = [targetText(first)];
    if (fallbacks.length > 0) lines.push(`fallback ${fallbacks.map(targetText).join(', ')}`);
    if (step.awaitCallback || first.completion === 'callback') lines.push('waits for its callback');
    return lines;
  },
  parallel: (step) => [step.join === 'all' ? 'parallel' : `parallel, join ${step.join}`],
  conditional: (step) => step.arms.slice(0, 1).map((arm) => valueText(arm.if)),
  switch: (step) => [step.on === null ? 'switch' : valueText(step.on)],
  foreach: (step) => [
    `for each ${step.as} in ${valueText(step.in)}`,
    ...(step.concurrency === 1
      ? []
      : [`${typeof step.concurrency === 'number' ? step.concurrency : valueText(step.concurrency)} at a time`]),
  ],
  repeat: (step) => [
    step.until
      ? `repeat until ${valueText(step.until)}`
      : step.while
        ? `repeat while ${valueText(step.while)}`
        : 'repeat',
    ...(step.delay === undefined ? [] : [`every ${durationText(step.delay)}`]),
  ],
  wait: (step) => [step.until ? `wait until ${valueText(step.until)}` : `wait ${durationText(step.for ?? 0)}`],
  wait_for: (step) => [
    `wait for ${valueText(step.event)}`,
    ...(step.settingsTimeout === undefined ? [] : [`at most ${durationText(step.settingsTimeout)}`]),
  ],
  approve: (step) => [`approve: ${valueText(step.title)}`, ...(step.to ? [`by ${valueText(step.to)}`] : [])],
  set: (step) => [`set ${step.entries.map((entry) => entry.key).join(', ')}`],
  do: () => [],
  flow: (step) => [`flow ${valueText(step.ref)}`, ...(step.wait ? [] : ['not waited for'])],
  emit: (step) => [`emit ${valueText(step.type)}`],
  fail: (step) => [step.error === null ? 'fail again' : `fail ${valueText(step.error.code)}`],
  return: (step) => [`return ${valueText(step.value)}`],
  script: (step) => [`${step.runtime} script`],
};

/** Lines of a step's box: its name, what it does, and when. */
export function stepLabel(step: StepIr): readonly string[] {
  // The table is keyed by the kind it takes; TypeScript can't follow the pairing through a union.
  const describe = DESCRIBE[step.kind] as (step: StepIr) => readonly string[];
  const lines = [...(step.id === null ? [] : [step.id]), ...describe(step)];
  if (step.if) lines.push(`if ${valueText(step.if)}`);
  if (step.timeout !== undefined) lines.push(`within ${durationText(step.timeout)}`);
  return lines.length > 0 ? lines : [step.kind];
}

function targetText(target: CallTargetIr): string {
  return `${valueText(target.adapter)}.${target.action}`;
}
