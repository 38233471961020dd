import type { Engine } from '../interpreter/engine.ts';
import type { Frame } from '../interpreter/frame.ts';

/** Where a kind's runner works. */
export interface At {
  readonly engine: Engine;
  readonly frame: Frame;
  readonly address: string;
}
