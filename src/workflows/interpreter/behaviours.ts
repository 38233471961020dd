/**
 * The behaviour registry: every change of what the interpreter does in a run that may already be open. A run carries
 * the number that was current when it started (`RunFlowInput.behaviour`) and keeps to it for its whole life, so old
 * behaviour stays in the code while a run may use it. Add an entry, branch on `behaviour`, record a history.
 */
export const BEHAVIOURS: readonly {
  readonly number: number;
  readonly since: string;
  readonly change: string;
  readonly canRollBack: boolean;
}[] = [{ number: 1, since: '0.1.0', change: 'The first interpreter.', canRollBack: true }];

/** What new executions start with. */
export const CURRENT_BEHAVIOUR = 1;
