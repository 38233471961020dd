import { usageError } from './cli-error.ts';

/** Options as commander parsed them, read with their type. Names are camelCase without dashes. */
export class CommandOptions {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Null when left out. */
  text(name: string): string | null {
    const value = this.#values[name];
    return typeof value === 'string' ? value : null;
  }

  /** False when left out. */
  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** A whole number of at least `min`; null when left out. Throws a usage error for anything else. */
  count(name: string, min: number): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min)
      throw usageError(`--${name} takes a whole number of at least ${min}, not "${text}".`);
    return value;
  }
}
