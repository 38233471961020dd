export interface BoundedCacheOptions {
  /** Sum of the weights at most; what was not used for longest goes first. */
  readonly maxWeight: number;
  /** How long an entry counts, ms. Default: for ever. */
  readonly ttlMs?: number;
  /** ms; any clock that does not go back. Default performance.now. */
  readonly clock?: () => number;
}

interface Entry<V> {
  readonly value: V;
  readonly weight: number;
  readonly until: number;
}

/** The entries used last, within a weight. An entry heavier than the whole is not kept. */
export class BoundedCache<V> {
  readonly #options: Required<BoundedCacheOptions>;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry<V>>();
  #weight = 0;

  constructor({ maxWeight, ttlMs = Number.POSITIVE_INFINITY, clock = () => performance.now() }: BoundedCacheOptions) {
    this.#options = { maxWeight, ttlMs, clock };
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until <= this.#options.clock()) {
      this.delete(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** `weight`: default 1. */
  set(key: string, value: V, weight = 1): void {
    this.delete(key);
    if (weight > this.#options.maxWeight) return;
    this.#entries.set(key, { value, weight, until: this.#options.clock() + this.#options.ttlMs });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#options.maxWeight) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#weight -= entry.weight;
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
