import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CompileEnvironment } from '../../src/dsl/compile-environment.ts';
import { compile } from '../../src/dsl/compile.ts';
import { corpusEnvironment } from './environment.ts';

// The acceptance suite beside this repository, held against compile() directly: its invalid flows must be refused at the right
// place, and every other flow in it must compile. Skipped, with a message, where the suite is not there.

const SUITE = path.resolve(import.meta.dirname, '../../../shared/conformance/run.mjs');

interface Case {
  readonly id: string;
  readonly area: string;
  readonly dir: string;
  /** False when the case publishes by hand, to see it refused. */
  readonly publish?: boolean;
  readonly expect?: { readonly diagnostics?: object };
}
interface Suite {
  expand(text: string, names: { base: string; key: string; flowName: (name: string) => string }): string;
  loadCases(): Case[];
  checkDiagnostics(answer: { status: number; text: string; body: unknown }, expected: object): void;
}

const suite = existsSync(SUITE) ? ((await import(pathToFileURL(SUITE).href)) as Suite) : undefined;

const environment: CompileEnvironment = {
  ...corpusEnvironment,
  flows: new Map([
    ['sub-child-a', ['1.0.0']],
    ['sub-child-b', ['1.2.0']],
    ['sub-child-c', ['1.0.0']],
  ]),
};

function compileCase(from: Suite, file: string) {
  const text = from.expand(readFileSync(file, 'utf8'), {
    base: 'http://127.0.0.1:9/k',
    key: 'k',
    flowName: (name) => name,
  });
  return compile(text, environment);
}

describe.skipIf(suite === undefined)('conformance suite (skipped where ../shared/conformance is not there)', () => {
  for (const each of suite?.loadCases() ?? []) {
    for (const name of ['flow.yaml', 'child.yaml', 'v2.yaml']) {
      const file = path.join(each.dir, name);
      if (suite === undefined || !existsSync(file)) continue;
      it(`${each.id}/${name}`, () => {
        const result = compileCase(suite, file);
        const expected =
          each.expect?.diagnostics ??
          (each.publish === false && each.id.includes('invalid') ? { errors: 'some' } : undefined);
        if (expected === undefined) {
          expect(result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
          expect(result.ir?.hash).toMatch(/^[0-9a-f]{64}$/);
          return;
        }
        const status = result.ir === undefined ? (result.tooLarge ? 413 : 400) : 200;
        const body = { diagnostics: result.diagnostics };
        expect(() => suite.checkDiagnostics({ status, text: JSON.stringify(body), body }, expected)).not.toThrow();
      });
    }
  }
});
