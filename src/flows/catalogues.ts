/** The organisation's action catalogue, as its source (`actions.yaml`). */
export interface Catalogues {
  get(): Promise<{ readonly source: string; readonly hash: string; readonly revision: number } | null>;
  /** Same content: no new revision. Throws invalid_request with what is wrong in it. */
  put(source: string): Promise<{ readonly hash: string; readonly revision: number; readonly created: boolean }>;
}
