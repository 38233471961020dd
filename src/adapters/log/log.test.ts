import { expect, test } from 'vitest';
import { adapterContractSuite } from '../testdata/contract-suite.ts';
import { testContext } from '../testdata/context.ts';
import { logAdapter } from './index.ts';

adapterContractSuite('log', {
  adapter: () => logAdapter,
  context: testContext,
  scenarios: () => ({ write: { hanging: null, cannotHang: 'it waits for nothing', failing: null, calls: () => 0 } }),
});

test('writes one line and gives its data', async () => {
  const lines: unknown[] = [];
  const context = testContext({ log: (level, message, fields) => void lines.push({ level, message, fields }) });
  const result = await logAdapter.actions['write']?.({ message: 'hello' }, context);
  expect(result).toEqual({ level: 'info', message: 'hello', fields: {} });
  expect(lines).toEqual([result]);
});
