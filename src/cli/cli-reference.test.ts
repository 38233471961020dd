import { expect, test } from 'vitest';
import { COMMANDS } from './catalogue/index.ts';
import { cliReference } from './cli-reference.ts';

test('docs/reference/cli.md is fresh', async () => {
  await expect(cliReference()).toMatchFileSnapshot('../../docs/reference/cli.md');
});

test('every command can be loaded, and none twice', async () => {
  const loaded = await Promise.all(COMMANDS.map((command) => command.load()));
  expect(loaded.every((run) => typeof run === 'function')).toBe(true);
  expect(new Set(loaded).size).toBe(COMMANDS.length);
  expect(new Set(COMMANDS.map((command) => command.name)).size).toBe(COMMANDS.length);
});
