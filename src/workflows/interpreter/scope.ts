import type { Json } from '../../dsl/ir/json.ts';
import type { Journal } from './journal.ts';

/** Variables of one scope: the flow's, or the copy of a branch or concurrent iteration. */
export class Variables {
  /** Address of the branch or iteration, '' for the flow. */
  readonly scope: string;
  #values: Readonly<Record<string, Json>>;
  readonly #journal: Journal;

  /** Starts from `initial`, then from what the journal says was set in this scope. */
  constructor(scope: string, initial: Readonly<Record<string, Json>>, journal: Journal) {
    this.scope = scope;
    this.#journal = journal;
    this.#values = { ...initial, ...journal.setsOf(scope) };
  }
  get values(): Readonly<Record<string, Json>> {
    return this.#values;
  }
  set(name: string, value: Json): void {
    this.#journal.recordSet(this.scope, name, value);
    this.#values = { ...this.#values, [name]: value };
  }
  /** A copy for a branch or concurrent iteration: what it sets is its own. */
  fork(scope: string): Variables {
    return new Variables(scope, this.#values, this.#journal);
  }
}

/**
 * What `$` names mean at a place: locals (loop item, `$error`), results by step id, variables, then the parent's.
 * Blocks that run in order share their surroundings' scope; branches and iterations have their own.
 */
export class Scope {
  readonly #parent: Scope | null;
  readonly #locals: ReadonlyMap<string, Json>;
  readonly #results: Map<string, Json>;
  readonly variables: Variables;

  constructor(options: {
    parent: Scope | null;
    variables: Variables;
    locals?: ReadonlyMap<string, Json>;
    results?: Map<string, Json>;
  }) {
    this.#parent = options.parent;
    this.variables = options.variables;
    this.#locals = options.locals ?? new Map();
    this.#results = options.results ?? new Map();
  }

  /** The value of a local or of a step's result here, or undefined. */
  find(root: string): Json | undefined {
    const local = this.#locals.get(root);
    if (local !== undefined) return local;
    const result = this.#results.get(root);
    return result !== undefined ? result : this.#parent?.find(root);
  }
  setResult(id: string, result: Json): void {
    this.#results.set(id, result);
  }
  /** Takes over the results of a scope inside this one: ids stay readable after a join. */
  adopt(inner: Scope): void {
    for (const [id, result] of inner.#results) this.#results.set(id, result);
  }
  /** A scope for one round of a loop in order: results of its own, variables shared with the surroundings. */
  round(locals: Readonly<Record<string, Json>>): Scope {
    return new Scope({ parent: this, variables: this.variables, locals: new Map(Object.entries(locals)) });
  }
  /** A scope for a handler: `$error` is its own, everything else is its surroundings'. */
  handler(error: Json): Scope {
    return new Scope({
      parent: this,
      variables: this.variables,
      locals: new Map([['error', error]]),
      results: this.#results,
    });
  }
  /** A scope for a branch or concurrent iteration: reads what is there, keeps results and sets to itself. */
  fork(scope: string, locals: Readonly<Record<string, Json>> = {}): Scope {
    return new Scope({ parent: this, variables: this.variables.fork(scope), locals: new Map(Object.entries(locals)) });
  }
}
