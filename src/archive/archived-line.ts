import type { ExecutionStatus } from '../workflows/contract.ts';

/** Place in a list: the latest start of a last run first; the ids break ties. */
export type StartKey = readonly [startedAtMs: number, executionId: string];

/** All given must hold. */
export interface ArchivedFilter {
  /** Of these only, by name: what the caller may see. Left out: every flow. */
  readonly flows?: readonly string[];
  readonly status?: ExecutionStatus;
  /** `open`: running, waiting or paused. */
  readonly state?: 'open' | 'ended';
  /** Started at or after: the last run, where a rollback or a continuation started several. */
  readonly since?: Date;
  /** The last run was started before. */
  readonly until?: Date;
  readonly tag?: string;
  readonly environment?: string;
  readonly version?: string;
  /** Beginning of the execution's id, or a tag. */
  readonly q?: string;
}

/** One archived execution in a list. */
export interface ArchivedLine {
  readonly executionId: string;
  readonly flow: string;
  readonly version: string;
  readonly status: ExecutionStatus;
  readonly environment: string;
  readonly tags: readonly string[];
  readonly startedAt: Date;
  readonly lastStartedAt: Date;
  readonly endedAt: Date;
  readonly runs: readonly string[];
}
