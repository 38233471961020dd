import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../compile-environment.ts';
import { createReporter } from '../diagnostics/reporter.ts';
import type { Node, ScalarNode } from './node.ts';
import { parse } from './parse.ts';
import { scalarOffset } from './scalar-offset.ts';

/** The scalar under the key `v` of a document. */
function scalarOf(source: string): ScalarNode {
  const root: Node | undefined = parse(source, DEFAULT_LIMITS, createReporter(source));
  const node = root?.kind === 'map' ? root.entries.get('v')?.value : undefined;
  if (node?.kind !== 'scalar') throw new Error('no scalar');
  return node;
}

describe('scalarOffset', () => {
  it.each([
    ['plain', 'v: abc X def'],
    ['single quoted', "v: 'it''s X'"],
    ['double quoted', 'v: "tab\\t \\x41\\u00e9 \\"q\\" X"'],
    ['a pair of surrogates', 'v: "\\U0001F600 X"'],
    ['plain over lines', 'v: abc\n  def\n  X'],
    ['double quoted over lines', 'v: "abc\n   def \\\n   ghi X"'],
    ['literal block', 'v: |\n    first\n      second\n    X\n'],
    ['folded block', 'v: >-\n    first\n    second X\n'],
    ['CRLF', 'v: |\r\n  first\r\n  X\r\n'],
  ])('finds a character in a %s scalar', (_, source) => {
    const node = scalarOf(source);
    const at = String(node.value).indexOf('X');
    expect(at).toBeGreaterThan(0);
    expect(source[scalarOffset(source, node, at)]).toBe('X');
  });

  it('stays inside the scalar', () => {
    const source = 'v: "ab"\nw: 1';
    expect(scalarOffset(source, scalarOf(source), 99)).toBeLessThanOrEqual(7);
  });
});
