import type { TriggerEvent } from '../workflows/contract.ts';

/** An event, and where it came from: only what Weir itself has checked is a webhook's call or a flow's end, whatever its type says. */
export interface Arrival {
  readonly kind: 'event' | 'webhook' | 'flow_ended' | 'schedule';
  readonly event: TriggerEvent;
  /** The flows that a webhook's signature was proved for. Null: all that fit. */
  readonly targets: readonly Target[] | null;
}

export interface Target {
  readonly flow: string;
  readonly environment: string;
}

/** An event that somebody sent, or a flow emitted. */
export const plainEvent = (event: TriggerEvent): Arrival => ({ kind: 'event', event, targets: null });
