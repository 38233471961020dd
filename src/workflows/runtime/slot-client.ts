import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { SlotRequest } from '../../activities/contract.ts';
import type { RunFlowInput } from '../contract.ts';
import { coordinatorId, SLOT_RELEASED } from '../concurrency-contract.ts';
import { CancelledError, type CancelToken } from '../interpreter/cancel.ts';
import { deferred, orCancelled } from '../interpreter/deferred.ts';
import { FlowError } from '../interpreter/flow-error.ts';

/** An execution's side of the concurrency coordinator: asks for a slot, waits for its turn, gives it back. */
export class SlotClient {
  readonly #input: RunFlowInput;
  readonly #granted = deferred<void>();
  #coordinator: string | null = null;

  constructor(input: RunFlowInput) {
    this.#input = input;
  }

  /** The coordinator's signal. */
  granted(): void {
    this.#granted.resolve();
  }

  async acquire(
    request: Omit<SlotRequest, 'holder' | 'coordinator'> & { key: string },
    cancel: CancelToken,
    ask: (slot: SlotRequest) => Promise<unknown>,
  ): Promise<void> {
    const { key, ...wanted } = request;
    const { organisation, environment, flow } = this.#input;
    const coordinator = coordinatorId({ organisation, environment, flow: flow.name, key });
    this.#coordinator = coordinator;
    try {
      const answer = await ask({ ...wanted, coordinator, holder: workflowInfo().workflowId });
      if (answer === 'rejected') {
        this.#coordinator = null;
        throw new FlowError({
          code: 'concurrency_limit',
          message: `flow ${this.#input.flow.name} runs ${wanted.limit} times for this key already`,
          status: 429,
          retryable: true,
        });
      }
      if (answer === 'queued') await orCancelled(this.#granted.promise, cancel);
    } catch (error) {
      if (error instanceof CancelledError) await this.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    const coordinator = this.#coordinator ?? this.#held();
    if (coordinator === null) return;
    // A coordinator that is gone has no slot to give back; one that misses this finds out by looking.
    await getExternalWorkflowHandle(coordinator)
      .signal(SLOT_RELEASED, workflowInfo().workflowId)
      .catch(() => undefined);
    this.#coordinator = null;
  }
  #held(): string | null {
    return this.#input.slotHeld === true ? (this.#input.slotCoordinator ?? null) : null;
  }
  /** Travels with the run when it continues as new. */
  get coordinator(): string | null {
    return this.#coordinator ?? this.#held();
  }
}
