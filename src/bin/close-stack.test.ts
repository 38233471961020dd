import { expect, test } from 'vitest';
import { createCloseStack } from './close-stack.ts';

test('closes in reverse order, once, and goes on after a failure', async () => {
  const closed: string[] = [];
  const stack = createCloseStack();
  stack.add(async () => closed.push('server'));
  stack.add(async () => {
    closed.push('worker');
    throw new Error('worker would not stop');
  });
  stack.add(async () => closed.push('api'));
  const both = [stack.close(), stack.close()];
  for (const close of both) await expect(close).rejects.toThrow('worker would not stop');
  expect(closed).toEqual(['api', 'worker', 'server']);
});
