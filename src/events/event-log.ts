import type { TriggerEvent } from '../workflows/contract.ts';
import type { Arrival } from './arrival.ts';
import type { EventDelivery } from './sink.ts';

export interface LoggedEvent {
  /** Of the entry in the log; the event's own is in `event`. */
  readonly id: string;
  readonly kind: Arrival['kind'];
  readonly event: TriggerEvent;
  readonly receivedAt: Date;
  /** Null: something is still to be delivered. */
  readonly processedAt: Date | null;
  readonly attempts: number;
  /** What has become of it so far. */
  readonly outcome: EventDelivery;
}

export interface AcceptedEvent extends LoggedEvent {
  /** The same source and id came before: nothing is done again, `outcome` is what became of it. */
  readonly duplicate: boolean;
}

export interface EventFilter {
  readonly type?: string;
  readonly source?: string;
  /** True: only those that some flow or execution refused. */
  readonly rejected?: boolean;
}

/** Events as they were received; kept for 30 days, in which the same source and id count once. */
export interface EventLog {
  /** Newest first. Throws invalid_request for a cursor that is none. */
  list(
    filter: EventFilter,
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<{ readonly items: readonly LoggedEvent[]; readonly next: string | null }>;
  /** Throws not_found. */
  get(id: string): Promise<LoggedEvent>;
  /**
   * Stores events, all or none, then tries to deliver them for up to 5 s. Durable when it resolves: what could not be delivered by
   * then (`processedAt` is null) is delivered later. Throws store_unavailable.
   */
  accept(events: readonly TriggerEvent[]): Promise<readonly AcceptedEvent[]>;
  /** As `accept`, for what Weir itself has checked, without an audit record. */
  take(arrivals: readonly Arrival[]): Promise<readonly AcceptedEvent[]>;
  /** Delivers once more, to what refused it or was not there; what it has started is not started again. Throws not_found. */
  redeliver(id: string): Promise<LoggedEvent>;
}
