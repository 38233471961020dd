import { describe, expect, it } from 'vitest';
import { MODIFIERS } from '../../src/dsl/check/keywords.ts';
import { compile } from '../../src/dsl/compile.ts';
import { type FlowIr, STEP_KINDS } from '../../src/dsl/ir/index.ts';
import { golden, loadCorpus } from './corpus.ts';
import { corpusEnvironment } from './environment.ts';

const cases = loadCorpus('compile');

describe('compile corpus', () => {
  it.each(cases)('$name', (each) => {
    const { ir, diagnostics } = compile(each.source, corpusEnvironment);
    expect(diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
    const actual = { warnings: diagnostics.map(({ code, line }) => ({ code, line })), ir };
    expect(JSON.parse(JSON.stringify(actual))).toEqual(golden(each, 'ir.json', actual));
  });

  it('covers every kind of step', () => {
    const kinds = new Set(cases.flatMap((each) => kindsIn(compile(each.source, corpusEnvironment).ir)));
    expect([...kinds].sort()).toEqual([...STEP_KINDS].sort());
  });

  it('covers every modifier', () => {
    const all = cases.map((each) => each.source).join('\n');
    expect(MODIFIERS.filter((modifier) => !new RegExp(`\\b${modifier}:`).test(all))).toEqual([]);
  });

  it('gives keys that are unique in each flow', () => {
    for (const each of cases) {
      const keys = stepsIn(compile(each.source, corpusEnvironment).ir).map((step) => step.key);
      expect(new Set(keys).size, each.name).toBe(keys.length);
    }
  });
});

interface AnyStep {
  readonly key: string;
  readonly kind: string;
}

/** Steps wherever they stand: everything with a key and a kind. */
function stepsIn(part: unknown): AnyStep[] {
  if (part === null || typeof part !== 'object') return [];
  const inner = Object.values(part).flatMap(stepsIn);
  return 'key' in part && 'kind' in part && typeof part.key === 'string' && typeof part.kind === 'string'
    ? [{ key: part.key, kind: part.kind }, ...inner]
    : inner;
}

function kindsIn(ir: FlowIr | undefined): string[] {
  return stepsIn(ir).map((step) => step.kind);
}
