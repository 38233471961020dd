import type { ErrorInfo } from '../../activities/contract.ts';
import type { Json } from '../../dsl/ir/json.ts';
import type { BranchIr, ParallelIr } from '../../dsl/ir/step.ts';
import { CancelledError, CancelToken } from '../interpreter/cancel.ts';
import { type Deferred, deferred } from '../interpreter/deferred.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import type { Scope } from '../interpreter/scope.ts';
import { recallResults } from '../interpreter/recall.ts';
import { runSequence, runStep } from '../interpreter/run-step.ts';
import { type BranchEnd, join } from './join.ts';
import { runRound } from './rounds.ts';
import type { At } from './at.ts';

/** Runs branches side by side, as `needs` and `max_concurrency` allow, until the join policy has what it needs. */
export async function runParallel(at: At, step: ParallelIr): Promise<Json> {
  const width =
    step.maxConcurrency === undefined
      ? step.branches.length
      : Math.max(1, at.engine.count(step.maxConcurrency, at.frame, at.address));
  return new Branches(at, step, width).run();
}

class Branches {
  readonly #at: At;
  readonly #step: ParallelIr;
  readonly #width: number;
  readonly #token: CancelToken;
  readonly #scopes = new Map<string, Scope>();
  readonly #running = new Map<string, Promise<void>>();
  /** Ends in the order in which they came. */
  readonly #ends = new Map<string, BranchEnd>();
  #thrown: { readonly error: unknown } | null = null;
  #progress: Deferred<void> = deferred<void>();

  constructor(at: At, step: ParallelIr, width: number) {
    this.#at = at;
    this.#step = step;
    this.#width = width;
    this.#token = new CancelToken(at.frame.token);
  }

  async run(): Promise<Json> {
    this.#recallEnded();
    this.#goOn();
    for (;;) {
      const verdict = this.#thrown === null ? join(this.#step, this.#ends) : 'stop';
      if (verdict !== 'wait') {
        await this.#stop();
        if (this.#thrown !== null) throw this.#thrown.error;
        if (verdict === 'stop' || 'error' in verdict) throw new FlowError((verdict as { error: ErrorInfo }).error);
        return verdict.result;
      }
      this.#startReady();
      if (this.#progressMade()) continue;
      await this.#progress.promise;
    }
  }

  /** What ended in an earlier run is taken over in the order in which it ended, before anything starts: joins depend on it. */
  #recallEnded(): void {
    const { engine, frame, address } = this.#at;
    const ended = this.#step.branches.flatMap((branch) => {
      const entry = engine.journal.get(`${address}|${branch.id}`);
      return entry?.status === 'completed' || entry?.status === 'failed' ? [{ branch, entry }] : [];
    });
    for (const { branch, entry } of ended.sort((a, b) => (a.entry.end ?? 0) - (b.entry.end ?? 0))) {
      recallResults(engine, branch.steps, { ...frame, scope: this.#scopeOf(branch) });
      const isSkipped =
        branch.steps.length === 1 &&
        branch.steps.every((only) => engine.journal.get(frame.prefix + only.key)?.status === 'skipped');
      if (entry.status === 'failed')
        this.#ends.set(branch.id, {
          kind: 'failed',
          error: entry.error ?? { code: 'unknown', message: 'no error was recorded' },
        });
      else this.#ends.set(branch.id, isSkipped ? { kind: 'skipped' } : { kind: 'ok', result: entry.result ?? null });
      this.#endUnreachable();
    }
  }

  /** Branches that had begun in an earlier run go on before others start; if the join needs them no more, only to clean up. */
  #goOn(): void {
    const { engine, address } = this.#at;
    if (join(this.#step, this.#ends) !== 'wait') this.#token.cancel('not needed');
    for (const branch of this.#step.branches) {
      if (!this.#ends.has(branch.id) && engine.journal.get(`${address}|${branch.id}`)?.status === 'open')
        this.#start(branch);
    }
  }

  /** Starts branches whose needs have ended well, in written order; ends those whose needs did not. */
  #startReady(): void {
    this.#endUnreachable();
    for (const branch of this.#step.branches) {
      if (this.#ends.has(branch.id) || this.#running.has(branch.id) || this.#running.size >= this.#width) continue;
      if (branch.needs.every((id) => this.#ends.has(id))) this.#start(branch);
    }
  }
  /** Those whose needs ended badly, and in turn those that need them. */
  #endUnreachable(): void {
    for (let before = -1; before < this.#ends.size; ) {
      before = this.#ends.size;
      for (const branch of this.#step.branches) {
        if (this.#ends.has(branch.id) || this.#running.has(branch.id)) continue;
        const needed = branch.needs.map((id) => this.#ends.get(id)?.kind);
        if (needed.includes('failed')) this.#end(branch, { kind: 'failed', error: needsFailed(branch) });
        else if (needed.includes('skipped')) this.#end(branch, { kind: 'skipped' });
      }
    }
  }
  #scopeOf(branch: BranchIr): Scope {
    const scope = this.#at.frame.scope.fork(`${this.#at.address}|${branch.id}`);
    for (const id of branch.needs) {
      const needed = this.#scopes.get(id);
      if (needed !== undefined) scope.adopt(needed);
    }
    this.#scopes.set(branch.id, scope);
    return scope;
  }
  #start(branch: BranchIr): void {
    const { engine, frame, address } = this.#at;
    const place = `${address}|${branch.id}`;
    const scope = this.#scopeOf(branch);
    const inside = { scope, token: this.#token, prefix: frame.prefix };
    const only = branch.steps.length === 1 ? branch.steps[0] : undefined;
    let skipped = false;
    const work = runRound(engine, place, async () => {
      if (only === undefined) return runSequence(engine, branch.steps, inside);
      const outcome = await runStep(engine, only, inside);
      skipped = !outcome.ran;
      return outcome.result;
    });
    const ended = work.then(
      (result) => this.#end(branch, skipped ? { kind: 'skipped' } : { kind: 'ok', result }),
      (error: unknown) => {
        if (error instanceof FlowError) this.#end(branch, { kind: 'failed', error: error.info });
        else if (!(error instanceof CancelledError && this.#token.cancelled && !frame.token.cancelled)) {
          this.#thrown ??= { error };
          this.#settle(branch);
        } else this.#settle(branch);
      },
    );
    this.#running.set(branch.id, ended);
  }
  #end(branch: BranchIr, end: BranchEnd): void {
    this.#ends.set(branch.id, end);
    this.#settle(branch);
  }
  #settle(branch: BranchIr): void {
    this.#running.delete(branch.id);
    this.#progress.resolve();
  }
  #progressMade(): boolean {
    const made = this.#made;
    if (made === this.#ends.size) return false;
    this.#made = this.#ends.size;
    this.#progress = deferred<void>();
    return true;
  }
  #made = 0;

  /** Cancels what is not needed any more and waits until it has unwound; ids inside stay readable. */
  async #stop(): Promise<void> {
    this.#token.cancel('not needed');
    await Promise.all(this.#running.values());
    this.#token.release();
    for (const branch of this.#step.branches) {
      const scope = this.#scopes.get(branch.id);
      if (scope !== undefined) this.#at.frame.scope.adopt(scope);
    }
  }
}

const needsFailed = (branch: BranchIr): ErrorInfo => ({
  code: 'needs_failed',
  message: `branch ${branch.id} needs ${branch.needs.join(', ')}, of which one failed`,
  retryable: false,
});
