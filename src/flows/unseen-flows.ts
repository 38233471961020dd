import type { CompileEnvironment } from '../dsl/compile-environment.ts';

/**
 * The environment for a caller who may not read every flow: those that it may not read can be called as before, but no diagnostic
 * suggests them. `visible`: names of those that it may read; undefined: every one.
 */
export function withoutUnseen<E extends Pick<CompileEnvironment, 'flows'>>(
  environment: E,
  visible: readonly string[] | undefined,
): E {
  return visible === undefined
    ? environment
    : { ...environment, flows: new PartlySeen(environment.flows, new Set(visible)) };
}

/** Diagnostics suggest what `keys` gives; references ask for a name. */
class PartlySeen extends Map<string, readonly string[]> {
  readonly #seen: ReadonlySet<string>;

  constructor(all: ReadonlyMap<string, readonly string[]>, seen: ReadonlySet<string>) {
    super(all);
    this.#seen = seen;
  }

  override keys(): MapIterator<string> {
    return new Map([...super.keys()].filter((name) => this.#seen.has(name)).map((name) => [name, null])).keys();
  }
}
