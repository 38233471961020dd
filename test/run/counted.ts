import type { VirtualResult } from '../../src/workflows/host/run-virtual.ts';
import { type LoadedCase, runCase } from './corpus.ts';
import { demoAnswer } from './demo-adapter.ts';

export interface Counted {
  readonly result: VirtualResult;
  /** Calls made (first attempts), by step, in order. */
  readonly calls: readonly string[];
  readonly gates: number;
}

/** Runs a case; `handOver.at` (0-based) is the gate from which on the history is said to be long, until the run hands over. */
export async function counted(
  one: Pick<LoadedCase, 'flow' | 'flows' | 'input' | 'config' | 'script'>,
  handOver: { readonly at: number; readonly how: 'advised' | 'must' } | null = null,
  more: Parameters<typeof runCase>[1] = {},
): Promise<Counted> {
  const calls: string[] = [];
  let gates = 0;
  let long: string | null = null;
  const result = await runCase(one, {
    historyIsLong: ({ execution, run }) => {
      if (gates++ === handOver?.at) long = `${execution}#${run}`;
      return handOver !== null && long === `${execution}#${run}` ? handOver.how : 'no';
    },
    call: (request, attempt) => {
      if (attempt === 1) calls.push(request.step);
      return demoAnswer(request.params as object, attempt, request);
    },
    ...more,
  });
  return { result, calls, gates };
}

export const ending = ({ status, output, error }: VirtualResult) => ({ status, output, error });
