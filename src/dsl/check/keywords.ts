import { STEP_KINDS, type StepKind } from '../ir/index.ts';
import { RESERVED_ROOTS } from '../expressions/index.ts';

export const CALL_SETTINGS = ['adapter', 'action', 'params'] as const;

const GENERAL = ['id', 'description', 'if', 'needs', 'on_error', 'finally', 'continue_on_error', 'sensitive'] as const;
const CALL_ONLY = ['attempt_timeout', 'idempotency_key', 'fallback', 'await', 'callback_timeout', 'execution'] as const;
const BOUNDED = [...GENERAL, 'compensate', 'retry', 'timeout'] as const;

export const MODIFIERS = [...BOUNDED, ...CALL_ONLY] as const;
export type Modifier = (typeof MODIFIERS)[number];

/** Which modifiers make sense on which kind. Kinds with a `timeout` of their own inside don't take the modifier. */
export const MODIFIERS_OF: Readonly<Record<StepKind, readonly Modifier[]>> = {
  call: MODIFIERS,
  parallel: BOUNDED,
  conditional: BOUNDED,
  switch: BOUNDED,
  foreach: BOUNDED,
  repeat: BOUNDED,
  wait: [...GENERAL, 'compensate', 'timeout'],
  wait_for: [...GENERAL, 'compensate', 'retry'],
  approve: [...GENERAL, 'compensate', 'retry'],
  set: [...GENERAL, 'compensate'],
  do: BOUNDED,
  flow: BOUNDED,
  emit: BOUNDED,
  fail: [...GENERAL, 'retry'],
  return: ['id', 'description', 'if', 'needs'],
  script: [...GENERAL, 'compensate', 'retry'],
};

/** Keywords of a step object, which can't be ids. */
export const KEYWORDS: ReadonlySet<string> = new Set([...STEP_KINDS, ...MODIFIERS, ...CALL_SETTINGS, 'match']);
/** `call` has no keyword of its own: its settings stand in the step. */
export const KIND_KEYWORDS: readonly StepKind[] = STEP_KINDS.filter((kind) => kind !== 'call');
export const RESERVED_IDS: ReadonlySet<string> = new Set([...KEYWORDS, ...RESERVED_ROOTS]);

export const ID_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*$/;
