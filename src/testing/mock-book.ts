import type { ActionRequest } from '../activities/contract.ts';
import type { Mock, MockTable } from './test-file.ts';

/** A call that no mock answers. Fails the case, past every handler of the flow. */
export class MissingMock extends Error {
  override readonly name = 'MissingMock';
  readonly call: string;
  readonly step: string;

  constructor(request: ActionRequest) {
    const call = `${request.adapter}.${request.action}`;
    const key = stepKey(request.step);
    const byStep = /^[A-Za-z_]\w*$/.test(key) ? `, or as ${key}` : '';
    super(`step ${request.step} calls ${call}, which has no mock: add it under \`mocks\` as ${call}${byStep}`);
    this.call = call;
    this.step = request.step;
  }
}

/** Answers the calls of one case; keeps count, so one book serves one run. */
export class MockBook {
  readonly #table: MockTable;
  readonly #used = new Map<string, number>();

  constructor(table: MockTable) {
    this.#table = table;
  }

  /** The next answer for a call: by the step's address, by its id, by `adapter.action`. Throws MissingMock. */
  answer(request: ActionRequest): Mock {
    for (const key of [request.step, stepKey(request.step), `${request.adapter}.${request.action}`]) {
      const answers = this.#table.get(key);
      if (answers === undefined) continue;
      const used = this.#used.get(key) ?? 0;
      this.#used.set(key, used + 1);
      const answer = answers[Math.min(used, answers.length - 1)];
      if (answer !== undefined) return answer;
    }
    throw new MissingMock(request);
  }
}

/** The key of the step at an address: `each[2].fetch` is an instance of `fetch`. */
export function stepKey(address: string): string {
  return address.slice(address.lastIndexOf('].') + 1).replace(/^\./, '');
}
