import { Evaluator, ExpressionError, type Lookup, parseExpression } from '../../dsl/expressions/index.ts';
import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { RetryIr, StepIr } from '../../dsl/ir/step.ts';
import type { CountIr, DurationIr, ValueIr } from '../../dsl/ir/value.ts';
import type { Fill, ResolvedRetry } from '../../activities/contract.ts';
import type { RunFlowInput } from '../contract.ts';
import { FlowError } from './flow-error.ts';
import type { Frame } from './frame.ts';
import { Gate } from './gate.ts';
import { Inbox } from './inbox.ts';
import { Journal } from './journal.ts';
import type { ChildHandle, Port } from './port.ts';
import { stepsByKey, withInner } from './static-tree.ts';
import type { TraceEvent } from './trace.ts';
import { withinLimit } from './within-limit.ts';

/** A wait shorter than this doesn't change the status that operators see. */
const LONG_WAIT_MS = 60_000;
type Waiting = Extract<TraceEvent, { type: 'step.waiting' }>;

/** What all steps of one execution share. It runs nothing by itself: execution.ts and run-step.ts do. */
export class Engine {
  readonly input: RunFlowInput;
  readonly flow: FlowIr;
  readonly port: Port;
  readonly executionId: string;
  readonly startedAt: number;
  readonly journal: Journal;
  readonly inbox: Inbox;
  readonly gate: Gate;
  readonly steps: ReadonlyMap<string, StepIr>;
  readonly children = new Set<ChildHandle>();
  readonly #evaluator = new Evaluator();
  readonly #ids: ReadonlySet<string>;
  readonly #rootsRead = new Map<string, readonly string[]>();
  readonly #waits = new Map<string, string>();
  #shown = 'running';

  constructor(options: { input: RunFlowInput; executionId: string; port: Port }) {
    this.input = options.input;
    this.flow = options.input.flow;
    this.port = options.port;
    this.executionId = options.executionId;
    this.startedAt = options.input.startedAt ?? options.port.now();
    this.journal = new Journal(options.input.memo);
    this.inbox = new Inbox(this.journal);
    this.gate = new Gate(options.port, { paused: this.journal.paused });
    this.steps = stepsByKey(this.flow);
    this.#ids = new Set([...this.steps.values()].flatMap((step) => (step.id === null ? [] : [step.id])));
  }

  resolve(value: ValueIr, frame: Frame, address: string): Json {
    return this.#guard(address, () => this.#evaluator.resolve(value, this.lookup(frame)));
  }
  resolveParams(value: ValueIr, frame: Frame, address: string): { params: Json; fills: readonly Fill[] } {
    const resolved = this.#guard(address, () => this.#evaluator.resolveParams(value, this.lookup(frame)));
    withinLimit(resolved.params, address);
    return resolved;
  }
  condition(value: ValueIr, frame: Frame, address: string): boolean {
    return this.#guard(address, () => {
      if (value.v === 'expr') return this.#evaluator.condition(value.src, this.lookup(frame));
      const plain = this.#evaluator.resolve(value, this.lookup(frame));
      if (typeof plain !== 'boolean')
        throw new FlowError({
          code: 'expression_failed',
          message: `step ${address}: a condition must give a boolean, not ${JSON.stringify(plain)}`,
          step: address,
          retryable: false,
        });
      return plain;
    });
  }
  /** Milliseconds. */
  duration(value: DurationIr, frame: Frame, address: string): number {
    return this.#guard(address, () => this.#evaluator.duration(value, this.lookup(frame)));
  }
  count(value: CountIr, frame: Frame, address: string): number {
    return this.#guard(address, () => this.#evaluator.count(value, this.lookup(frame)));
  }
  retry(retry: RetryIr, frame: Frame, address: string): ResolvedRetry {
    return {
      attempts: this.count(retry.attempts, frame, address),
      backoff: retry.backoff,
      initialMs: this.duration(retry.initial, frame, address),
      factor: retry.factor,
      maxIntervalMs: this.duration(retry.maxInterval, frame, address),
      jitter: retry.jitter,
      ...(retry.maxDuration !== undefined && { maxDurationMs: this.duration(retry.maxDuration, frame, address) }),
      ...(retry.on !== undefined && { on: retry.on }),
      ...(retry.notOn !== undefined && { notOn: retry.notOn }),
    };
  }

  lookup(frame: Frame): Lookup {
    return (root) => {
      const found = frame.scope.find(root);
      if (found !== undefined) return found;
      const base = this.#base(root, frame);
      // A step that was skipped, cancelled or not come to is null (dsl.md, section 4).
      return base === undefined && this.#ids.has(root) ? null : base;
    };
  }
  #base(root: string, frame: Frame): Json | undefined {
    switch (root) {
      case 'input':
        return this.input.input;
      case 'trigger':
        return this.input.trigger as unknown as JsonObject; // plain JSON by type, without an index signature
      case 'vars':
        return frame.scope.variables.values;
      case 'flow':
        return { name: this.flow.name, version: this.flow.version };
      case 'execution':
        return {
          id: this.executionId,
          started_at: new Date(this.startedAt).toISOString(),
          attempt: this.input.attempt ?? 1,
        };
      case 'config':
        return this.input.config;
      case 'now':
        return new Date(this.port.now()).toISOString();
      default:
        return undefined;
    }
  }
  #guard<T>(address: string, evaluate: () => T): T {
    try {
      return evaluate();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new FlowError({
        code: 'expression_failed',
        message: `step ${address}: ${error.message}`,
        step: address,
        retryable: false,
        details: { field: error.field, expression: error.src },
      });
    }
  }

  /** Values of every root that a step's compensation reads, as they stand now; what it makes itself is not among them. */
  snapshotFor(step: StepIr, frame: Frame): JsonObject {
    let roots = this.#rootsRead.get(step.key);
    if (roots === undefined) {
      const own = new Set<string | null>(withInner(step.compensate ?? []).map((inner) => inner.id));
      const read = new Set(
        sourcesIn(step.compensate ?? []).flatMap((src) => parseExpression(src).references.map((r) => r.root)),
      );
      this.#rootsRead.set(step.key, (roots = [...read].filter((root) => !own.has(root))));
    }
    const lookup = this.lookup(frame);
    const values = roots.map((root) => [root, lookup(root)] as const);
    return Object.fromEntries(values.flatMap(([root, value]) => (value === undefined ? [] : [[root, value]])));
  }

  /** Waits for what is not work, and shows it. */
  async wait<T>(wait: Omit<Waiting, 'type' | 'at'>, promise: Promise<T>): Promise<T> {
    this.port.trace({ type: 'step.waiting', at: this.port.now(), ...wait });
    const long = wait.on !== 'timer' || (wait.until ?? 0) - this.port.now() >= LONG_WAIT_MS;
    if (long) this.#waits.set(wait.step, describe(wait));
    this.showStatus();
    try {
      return await promise;
    } finally {
      if (long) this.#waits.delete(wait.step);
      this.showStatus();
    }
  }
  /** Tells the port when the status that operators see has changed. */
  showStatus(): void {
    const status = this.gate.paused ? 'paused' : this.#waits.size > 0 ? 'waiting' : 'running';
    if (status === this.#shown) return;
    this.#shown = status;
    this.port.show(status, [...this.#waits.values()].join('\n'));
  }
}

function describe(wait: Omit<Waiting, 'type' | 'at'>): string {
  const until = wait.until === undefined ? '' : ` until ${new Date(wait.until).toISOString()}`;
  return `- \`${wait.step}\` waits for ${wait.on === 'timer' ? 'its time' : `its ${wait.on.replace('_', '-')}`}${until}`;
}

/** Every expression source within compiled steps. */
function sourcesIn(node: unknown): string[] {
  if (node === null || typeof node !== 'object') return [];
  const own = 'src' in node && typeof node.src === 'string' ? [node.src] : [];
  return [...own, ...Object.values(node).flatMap(sourcesIn)];
}
