import type { Scenario } from '../scenario.ts';
import { KIND_SCENARIOS } from './kinds.ts';
import { LIFE_SCENARIOS } from './life.ts';
import { TROUBLE_SCENARIOS } from './trouble.ts';

/** What histories are recorded of, once for each behaviour of the interpreter. */
export const SCENARIOS: readonly Scenario[] = [...KIND_SCENARIOS, ...TROUBLE_SCENARIOS, ...LIFE_SCENARIOS];
