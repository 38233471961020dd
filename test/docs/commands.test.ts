import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/catalogue/index.ts';
import type { OptionDefinition } from '../../src/cli/command.ts';
import { markdownFiles, readDoc } from './environment.ts';

/** Known by every command. */
const EVERYWHERE = ['--help', '-h', '--no-color', '--version', '-V'];

/** Options by command, `events send` too; those of a command also count for what is named after it and is no subcommand. */
const options = new Map<string, ReadonlySet<string>>();
for (const { name, options: own, subcommands = [] } of COMMANDS) {
  options.set(name, names(own));
  for (const one of subcommands) options.set(`${name} ${one.name}`, names(one.options));
}
function names(of: readonly OptionDefinition[]): ReadonlySet<string> {
  return new Set([...EVERYWHERE, ...of.flatMap(({ flags }) => flags.match(/(?<![\w-])--?[\w-]+/g) ?? [])]);
}

/** Every `weir …` in code: lines of shell blocks, and whole code marks within text. */
function calls(file: string): string[] {
  const text = readDoc(file);
  const blocks = [...text.matchAll(/^```(?:console|sh|bash)?\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  const marks = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...blocks.flatMap((code) => code.replaceAll('\\\n', ' ').split('\n')), ...marks].flatMap((line) =>
    line
      .replace(/\s#.*$/, '')
      .split(/&&|\|\||[|;<>]/)
      .map((part) => part.trim().replace(/^\$ /, '').replace(/^npx /, ''))
      .filter((part) => part.startsWith('weir ')),
  );
}

/** What is wrong with a call: a command or an option that there is not. */
function faults(call: string): string[] {
  const [, first = '', second = '', ...rest] = call.replaceAll(/'[^']*'|"[^"]*"/g, 'TEXT').split(/\s+/);
  if (!/^[a-z]/.test(first)) return []; // `weir COMMAND --help`
  const known = options.get(`${first} ${second}`) ?? options.get(first);
  if (known === undefined) return [`${call}: no command ${first}`];
  return [second, ...rest]
    .filter((word) => /^--?[a-z]/i.test(word))
    .map((word) => word.replace(/=.*$/, ''))
    .filter((word) => !known.has(word))
    .map((word) => `${call}: no option ${word}`);
}

describe('commands in the documentation', () => {
  it.each(markdownFiles())('%s calls what there is', (file) => {
    expect(calls(file).flatMap(faults)).toEqual([]);
  });

  it('finds calls, and what is wrong with them', () => {
    expect(calls('README.md').length).toBeGreaterThan(10);
    expect(faults('weir deploy pay --environment prod')).toEqual([
      'weir deploy pay --environment prod: no option --environment',
    ]);
    expect(faults('weir undeply pay')).toEqual(['weir undeply pay: no command undeply']);
    expect(faults("weir events send order.placed --data '{--x}'")).toEqual([]);
  });
});
