import type { Installation } from './installation.ts';
import type { TemporalTruth } from './temporal-truth.ts';

/** What fault tests of an installation share. */
export interface Room {
  readonly all: Installation;
  readonly truth: TemporalTruth;
}
