import { expect, test } from 'vitest';
import { compileDemo } from '../../../test/run/corpus.ts';
import { runVirtual } from '../host/run-virtual.ts';

const flow = compileDemo(`
flow: gather
steps:
  - each:
      foreach:
        in: $input.ids
        do:
          - get: { adapter: demo, action: act }
finally:
  - clean: { adapter: demo, action: act }
`);

test('a flow whose results come to more than it may hold fails by a code, and cleans up', async () => {
  const text = 'x'.repeat(4 * 2 ** 20);
  const calls: string[] = [];
  const call = ({ step }: { step: string }) => {
    calls.push(step);
    return { after: 1, result: text };
  };
  const result = await runVirtual({ flow, input: { ids: Array.from({ length: 60 }, (_, n) => n) }, call });
  expect(result).toMatchObject({ status: 'failed', error: { code: 'state_too_large' } });
  expect(calls.length).toBeLessThan(36);
  expect(calls.at(-1)).toBe('clean');
});
