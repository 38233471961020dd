import type { ErrorInfo } from '../../activities/contract.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import { FlowError } from './flow-error.ts';
import { roughSize } from './rough-size.ts';
import type { CompensationEntry, KeptEvent, Memo, SetEntry, StepEntry } from './memo.ts';

/**
 * What an execution may hold in results, characters of JSON: a workflow task has to read and write all of it at once when a
 * run goes on in a new one. Beyond it the flow fails with `state_too_large`.
 */
export const MAX_STATE_CHARS = 128 * 1024 * 1024;

type Open = Record<string, Json>;
interface Entry {
  start: number;
  startedAt: number;
  end?: number;
  endedAt?: number;
  status: StepEntry['status'];
  result?: Json;
  error?: ErrorInfo;
  open?: Open;
  sensitive?: true;
}

/**
 * The running form of a {@link Memo}: what happened, by address, in one order. It decides nothing; the interpreter
 * asks it before each step whether the step was done already. Invariants: `seq` only grows; an entry that has ended
 * changes only by {@link forget}; a set is recorded in the same turn as the end of its step.
 */
export class Journal {
  #seq = 0;
  readonly #steps = new Map<string, Entry>();
  readonly #sets: SetEntry[] = [];
  readonly events: KeptEvent[] = [];
  readonly used = new Set<string>();
  readonly #generations = new Map<string, number>();
  #compensations: CompensationEntry[] = [];
  #floor = 0;
  #size = 0;
  paused = false;
  deadline: number | null = null;

  constructor(memo?: Memo) {
    if (memo === undefined) return;
    this.#size = roughSize(memo.steps as unknown as Json, MAX_STATE_CHARS); // plain JSON by type, without an index signature
    this.#seq = memo.seq;
    for (const address of Object.keys(memo.steps)) {
      const entry = memo.steps[address];
      if (entry !== undefined) this.#steps.set(address, { ...entry, ...(entry.open && { open: { ...entry.open } }) });
    }
    this.#sets.push(...memo.sets);
    this.events.push(...memo.events);
    for (const nonce of memo.used) this.used.add(nonce);
    for (const address of Object.keys(memo.generations)) this.#generations.set(address, memo.generations[address] ?? 0);
    this.#compensations = [...memo.compensations];
    this.#floor = memo.floor ?? 0;
    this.paused = memo.paused;
    this.deadline = memo.deadline;
  }

  get(address: string): Readonly<Entry> | undefined {
    return this.#steps.get(address);
  }
  entries(): IterableIterator<[string, Readonly<Entry>]> {
    return this.#steps.entries();
  }

  /** Opens a step, or finds it open already. One that was cancelled goes on from what it had decided. */
  start(address: string, at: number): Readonly<Entry> {
    const known = this.#steps.get(address);
    if (known !== undefined && known.status === 'open') return known;
    const entry: Entry = {
      start: ++this.#seq,
      startedAt: at,
      status: 'open',
      ...(known?.status === 'cancelled' && known.open !== undefined && { open: known.open }),
    };
    this.#steps.set(address, entry);
    return entry;
  }
  end(
    address: string,
    at: number,
    how:
      | { status: 'completed' | 'skipped'; result: Json; sensitive?: true }
      | { status: 'failed'; error: ErrorInfo }
      | { status: 'cancelled' },
  ): void {
    const entry = this.#steps.get(address);
    if (entry === undefined) throw new Error(`step ${address} ends but never started`);
    entry.end = ++this.#seq;
    entry.endedAt = at;
    entry.status = how.status;
    if ('result' in how) entry.result = how.result;
    if ('error' in how) entry.error = how.error;
    if ('sensitive' in how && how.sensitive) entry.sensitive = true;
  }
  open(address: string): Readonly<Open> {
    return this.#steps.get(address)?.open ?? {};
  }
  setOpen(address: string, change: Open): void {
    const entry = this.#steps.get(address);
    if (entry === undefined) throw new Error(`step ${address} is not open`);
    entry.open = { ...entry.open, ...change };
  }
  /** Forgets what an open step has decided and counted, all but the instant at which its time is over. */
  beginAgain(address: string, open: Open): void {
    const entry = this.#steps.get(address);
    if (entry === undefined) throw new Error(`step ${address} is not open`);
    const { deadline, timeout } = entry.open ?? {};
    entry.open = { ...(deadline !== undefined && timeout !== undefined && { deadline, timeout }), ...open };
  }
  /** Forgets entries whose address is one of `addresses` or lies under one of `prefixes`: a block is tried again. */
  forget(addresses: readonly string[], prefixes: readonly string[]): void {
    for (const address of addresses) this.#steps.delete(address);
    if (prefixes.length === 0) return;
    for (const address of this.#steps.keys())
      if (prefixes.some((prefix) => address.startsWith(prefix))) this.#steps.delete(address);
  }

  /** A place in the order, for what happens inside an open step: a rollback tells by it what was before. */
  mark(): number {
    return ++this.#seq;
  }

  /** Counts the result of a step that is no block: what blocks give is made of such. */
  grow(result: Json): void {
    this.#size += roughSize(result, MAX_STATE_CHARS);
  }
  /** Throws `state_too_large` where another step would start. */
  checkSize(step: string): void {
    if (this.#size <= MAX_STATE_CHARS) return;
    const message = `step ${step}: the results so far come to more than ${MAX_STATE_CHARS / 2 ** 20} million characters; keep less of each, or store them elsewhere and pass their addresses`;
    throw new FlowError({ code: 'state_too_large', message, step, retryable: false });
  }
  /** Characters of JSON that all results come to, roughly. */
  get size(): number {
    return this.#size;
  }

  recordSet(scope: string, name: string, value: Json): void {
    this.#sets.push({ seq: ++this.#seq, scope, name, value });
  }
  /** Values set in a scope, latest wins, in the order first set. */
  setsOf(scope: string): Record<string, Json> {
    const values: Record<string, Json> = {};
    for (const set of this.#sets) if (set.scope === scope) values[set.name] = set.value;
    return values;
  }

  generation(address: string): number {
    return (this.#generations.get(address) ?? 0) + (this.#generations.get('*') ?? 0);
  }

  /** Gives a step, and what is inside it, new idempotency keys: it was undone, so doing it again is another effect. */
  raiseGenerations(addresses: readonly string[], prefixes: readonly string[]): void {
    const inside = [...this.#steps.keys()].filter((address) => prefixes.some((prefix) => address.startsWith(prefix)));
    for (const address of new Set([...addresses, ...inside]))
      this.#generations.set(address, (this.#generations.get(address) ?? 0) + 1);
  }

  /** Registers what undoes a step; the latest for an address counts. */
  addCompensation(address: string, key: string, roots: JsonObject): void {
    this.#compensations = this.#compensations.filter((c) => c.address !== address);
    this.#compensations.push({ seq: ++this.#seq, address, key, roots });
  }
  compensations(): readonly CompensationEntry[] {
    return this.#compensations;
  }
  removeCompensation(address: string): void {
    this.#compensations = this.#compensations.filter((c) => c.address !== address);
  }

  toMemo(): Memo {
    return {
      seq: this.#seq,
      steps: Object.fromEntries([...this.#steps].map(([address, entry]) => [address, { ...entry }])),
      sets: [...this.#sets],
      events: [...this.events],
      used: [...this.used],
      paused: this.paused,
      generations: Object.fromEntries(this.#generations),
      compensations: [...this.#compensations],
      deadline: this.deadline,
      ...(this.#floor > 0 && { floor: this.#floor }),
    };
  }
}
