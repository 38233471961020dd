import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { Journal } from './journal.ts';
import type { KeptEvent } from './memo.ts';
import { matches } from './match.ts';

/** Kept events (dsl.md, section 2, wait_for). */
export const MAX_KEPT_EVENTS = 1000;
export const MAX_KEPT_BYTES = 4 * 1024 * 1024;

interface Waiter {
  readonly order: number;
  readonly type: string;
  readonly pattern: Json;
  readonly arrived: Deferred<KeptEvent>;
}
interface OpenApproval {
  readonly id: string | null;
  readonly decided: Deferred<JsonObject>;
}
interface OpenCallback {
  readonly nonce: string;
  readonly called: Deferred<Json>;
}

/**
 * What comes from outside while the flow runs: events, decisions, callbacks. An answer is written into the journal
 * in the same turn in which it is accepted, so that none is lost when the run continues as new.
 */
export class Inbox {
  readonly #journal: Journal;
  readonly #waiters = new Map<string, Waiter>();
  readonly #approvals = new Map<string, OpenApproval>();
  readonly #callbacks = new Map<string, OpenCallback>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** The event for a `wait_for`: a kept one at once, else the next that matches. */
  awaitEvent(address: string, wait: { type: string; pattern: Json }): Deferred<KeptEvent> {
    const arrived = deferred<KeptEvent>();
    const answered = this.#journal.open(address)['event'];
    if (answered !== undefined) {
      arrived.resolve(answered as unknown as KeptEvent); // written by `#take` below
      return arrived;
    }
    const kept = this.#journal.events.findIndex(
      (event) => event.type === wait.type && matches(event.data, wait.pattern),
    );
    const event = this.#journal.events[kept];
    if (event !== undefined) {
      this.#journal.events.splice(kept, 1);
      this.#take(address, event, arrived);
      return arrived;
    }
    const order = this.#journal.get(address)?.start ?? 0;
    this.#waiters.set(address, { order, type: wait.type, pattern: wait.pattern, arrived });
    return arrived;
  }
  stopAwaitingEvent(address: string): void {
    this.#waiters.delete(address);
  }

  /** Gives an event to the oldest wait that matches, else keeps it. `full`: neither was possible. */
  deliver(event: KeptEvent): 'step' | 'kept' | 'full' {
    const fitting = [...this.#waiters]
      .filter(([, w]) => w.type === event.type && matches(event.data, w.pattern))
      .sort(([, a], [, b]) => a.order - b.order)[0];
    if (fitting !== undefined) {
      const [address, waiter] = fitting;
      this.#waiters.delete(address);
      this.#take(address, event, waiter.arrived);
      return 'step';
    }
    if (!this.hasRoomFor(event)) return 'full';
    this.#journal.events.push(event);
    return 'kept';
  }
  hasRoomFor(event: KeptEvent): boolean {
    if (this.#journal.events.length >= MAX_KEPT_EVENTS) return false;
    const bytes = this.#journal.events.reduce((sum, kept) => sum + sizeOf(kept), sizeOf(event));
    return bytes <= MAX_KEPT_BYTES;
  }
  #take(address: string, event: KeptEvent, arrived: Deferred<KeptEvent>): void {
    this.#journal.setOpen(address, { event: { ...event } }); // plain JSON by type, without an index signature
    arrived.resolve(event);
  }

  openApproval(address: string, id: string | null): Deferred<JsonObject> {
    const decided = deferred<JsonObject>();
    const answered = this.#journal.open(address)['decision'];
    if (answered !== undefined) decided.resolve(answered as JsonObject);
    else this.#approvals.set(address, { id, decided });
    return decided;
  }
  closeApproval(address: string): void {
    this.#approvals.delete(address);
  }
  /** The open approval that `step` (an address, or an id with one open instance) means. */
  findApproval(step: string): { address: string } | 'not_open' | 'ambiguous_step' {
    if (this.#approvals.has(step)) return { address: step };
    const named = [...this.#approvals].filter(([, open]) => open.id === step);
    const only = named[0];
    if (only === undefined) return 'not_open';
    return named.length > 1 ? 'ambiguous_step' : { address: only[0] };
  }
  decide(address: string, decision: JsonObject): void {
    const open = this.#approvals.get(address);
    if (open === undefined) throw new Error(`approval ${address} is not open`);
    this.#approvals.delete(address);
    this.#journal.used.add(address);
    this.#journal.setOpen(address, { decision });
    open.decided.resolve(decision);
  }

  openCallback(address: string, nonce: string): Deferred<Json> {
    const called = deferred<Json>();
    const answered = this.#journal.open(address)['payload'];
    if (answered !== undefined) called.resolve(answered);
    else this.#callbacks.set(address, { nonce, called });
    return called;
  }
  closeCallback(address: string): void {
    this.#callbacks.delete(address);
  }
  /** `open`: waits for it; `used`: it came already; `gone`: nothing waits for it any more. */
  callbackState(address: string, nonce: string): 'open' | 'used' | 'gone' {
    if (this.#journal.used.has(`${address}#${nonce}`)) return 'used';
    return this.#callbacks.get(address)?.nonce === nonce ? 'open' : 'gone';
  }
  openNonce(address: string): string | null {
    return this.#callbacks.get(address)?.nonce ?? null;
  }
  completeCallback(address: string, payload: Json): void {
    const open = this.#callbacks.get(address);
    if (open === undefined) throw new Error(`no callback is open at ${address}`);
    this.#callbacks.delete(address);
    this.#journal.used.add(`${address}#${open.nonce}`);
    this.#journal.setOpen(address, { payload });
    open.called.resolve(payload);
  }
}

/** Characters of JSON: near enough to bytes for a bound. */
const sizeOf = (event: KeptEvent): number => JSON.stringify(event).length;
