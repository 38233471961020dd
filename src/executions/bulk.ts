import type { ExecutionFilter } from './list-executions.ts';

export interface BulkRequest {
  readonly filter: ExecutionFilter;
  readonly operation: 'cancel' | 'terminate' | 'rerun';
  /** Number of executions that the caller saw in a dry run. Throws count_changed when it is another. */
  readonly expected: number;
}

export interface BulkOperations {
  /** What would be touched; nothing is changed. */
  count(
    request: Pick<BulkRequest, 'filter' | 'operation'>,
  ): Promise<{ readonly count: number; readonly sample: readonly string[] }>;
  run(request: BulkRequest): Promise<{
    readonly done: readonly string[];
    readonly failed: readonly { readonly executionId: string; readonly code: string; readonly detail: string }[];
  }>;
}
