import type { TriggerEvent } from '../workflows/contract.ts';
import type { EventDelivery } from './sink.ts';

export interface LoggedEvent {
  readonly id: string;
  readonly event: TriggerEvent;
  readonly receivedAt: Date;
  readonly processedAt: Date | null;
  readonly outcome: EventDelivery | null;
}

/** Events as they were received. */
export interface EventLog {
  /** Newest first. */
  list(
    filter: { readonly type?: string; readonly source?: string; readonly rejected?: boolean },
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<{ readonly items: readonly LoggedEvent[]; readonly next: string | null }>;
  /**
   * Stores events, then tries to deliver them at once. Durable when it resolves: what could not be delivered by then is
   * delivered later. One seen before (same source and id) is not delivered again and gives what became of it.
   */
  accept(events: readonly TriggerEvent[]): Promise<readonly LoggedEvent[]>;
}
