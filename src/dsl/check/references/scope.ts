/**
 * Whether a step can be read at some place: `ran` (or was skipped), `branch` (need not have run: may be null), `loop` (inside a loop
 * that is over), `failed` (the step whose failure is being handled).
 */
export type Standing = 'ran' | 'branch' | 'loop' | 'failed';

/** What can be read at a place of the flow. Cloned where ways part, joined where they meet. */
export interface Scope {
  readonly steps: Map<string, Standing>;
  /** Roots of the loops around: `item`, `index`, and names given by `as`. */
  readonly loopRoots: ReadonlySet<string>;
  /** Inside `on_error`. */
  readonly handler: boolean;
  /** Inside `finally` or `compensate`. */
  readonly cleanup: 'finally' | 'compensate' | null;
  /** On a parallel branch or in a concurrent iteration, where `set` is lost. */
  readonly isolated: boolean;
}

export function emptyScope(): Scope {
  return { steps: new Map(), loopRoots: new Set(), handler: false, cleanup: null, isolated: false };
}

export function cloneScope(scope: Scope, changes: Partial<Omit<Scope, 'steps'>> = {}): Scope {
  return { ...scope, ...changes, steps: new Map(scope.steps) };
}

/** Takes over what a cloned scope came to know; what it only knew as another branch is left out. */
export function joinScope(scope: Scope, from: Scope, as?: Standing): void {
  for (const [id, standing] of from.steps) {
    if (standing === 'branch' && scope.steps.get(id) !== 'branch') continue;
    const before = scope.steps.get(id);
    if (before === undefined || before === 'branch' || before === 'failed') scope.steps.set(id, as ?? standing);
  }
}
