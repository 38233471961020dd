/** One step, or part of the frame of a flow, that differs between two versions. */
export interface DiffPart {
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  /** Address of the step, or the key of the frame (`inputs`, `timeout`, …). */
  readonly at: string;
  readonly kind: string;
}
