import type { ChainPoint } from './chain.ts';

/**
 * `changed`: bytes were altered. `missing`: records were taken out. `out_of_order`: lines changed places. `tail_cut`: the file breaks
 * off. `after_end`: something was added. `wrong_signature`: not signed by its key. `foreign_key`: signed by another key than the
 * trusted one. `rewritten`, `rolled_back`: contradicts a checkpoint that was kept. `not_an_export`: another kind of file.
 */
export type FaultCode =
  | 'changed'
  | 'missing'
  | 'out_of_order'
  | 'tail_cut'
  | 'after_end'
  | 'wrong_signature'
  | 'foreign_key'
  | 'rewritten'
  | 'rolled_back'
  | 'not_an_export';

/** The first thing that is wrong. `line` counts from 1. */
export interface ExportFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly line: number | null;
  readonly seq: number | null;
}

export interface ExportVerdict {
  readonly ok: boolean;
  readonly fault: ExportFault | null;
  readonly organisation: string | null;
  /** Seq of the first record that the export says it has. */
  readonly first: number | null;
  /** The last record that holds. */
  readonly last: ChainPoint | null;
  /** Records and checkpoints that hold. */
  readonly records: number;
  readonly checkpoints: number;
  readonly keyId: string | null;
  /** Whether the key came from outside of the file. */
  readonly trustedKey: boolean;
  /** How many of the checkpoints kept outside are of records in the export; null when none were given. */
  readonly outsideCheckpoints: number | null;
}

/** Thrown at the first fault. */
export class Fault extends Error {
  readonly fault: ExportFault;

  constructor(
    code: FaultCode,
    message: string,
    { line = null, seq = null }: { line?: number | null; seq?: number | null } = {},
  ) {
    super(message);
    this.fault = { code, message, line, seq };
  }
}
