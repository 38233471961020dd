import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createPrompter, type Prompter } from './prompter.ts';

/** A terminal that types `keys` once the question is there; gives the answer and all that was shown. */
async function typed<T>(keys: string, ask: (prompter: Prompter) => Promise<T>): Promise<{ answer: T; shown: string }> {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let shown = '';
  output.on('data', (chunk: Buffer) => {
    if (shown === '') setTimeout(() => input.write(keys), 20);
    shown += chunk.toString('utf8');
  });
  const answer = await ask(createPrompter({ input, output }));
  return { answer, shown };
}

describe('secret', () => {
  test('is not shown while it is typed', async () => {
    const { answer, shown } = await typed('weir_hunter2\r', (prompter) => prompter.secret('Token'));
    expect(answer).toBe('weir_hunter2');
    expect(shown).toContain('Token');
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain('weir_');
  });

  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-C in the middle', 'weir_x\u0003'],
    ['Escape', '\u001b'],
  ])('%s breaks it off', async (_, keys) => {
    const { answer, shown } = await typed(keys, (prompter) => prompter.secret('Token'));
    expect(answer).toBeNull();
    expect(shown).not.toContain('weir_x');
  });
});

test.each([
  ['y', true],
  ['n', false],
  ['\r', false],
  ['\u0003', null],
])('confirm: %j is %j', async (keys, expected) => {
  expect((await typed(keys, (prompter) => prompter.confirm('Do this?'))).answer).toBe(expected);
});
