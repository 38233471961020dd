import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STEP_KINDS } from '../../src/dsl/ir/step.ts';
import { BEHAVIOURS, CURRENT_BEHAVIOUR } from '../../src/workflows/interpreter/behaviours.ts';
import { filesBelow, ROOT, textOf } from './sources.ts';

const CODE = ['src', 'test', 'temporal', 'scripts', 'bench', 'examples'].flatMap((folder) =>
  filesBelow(folder, (path) => /\.(ts|mjs|cjs)$/.test(path)),
);
const TESTS = CODE.filter((path) => path.endsWith('.test.ts'));

describe('a step kind is a vertical slice', () => {
  const FOLDERS = ['src/dsl/check/steps', 'src/dsl/lower/steps', 'src/dsl/schema/steps', 'src/workflows/steps'];
  it.each(STEP_KINDS)('%s is found by its name', (kind) => {
    expect(FOLDERS.filter((folder) => !existsSync(join(ROOT, folder, `${kind}.ts`)))).toEqual([]);
  });
});

describe('files', () => {
  it('are short enough to be read', () => {
    expect(CODE.filter((path) => textOf(path).split('\n').length - 1 > 300)).toEqual([]);
  });
  it('lie in folders that say what they are about', () => {
    const folders = new Set(CODE.flatMap((path) => path.split('/').slice(0, -1)));
    expect(
      [...folders].filter((name) => /^(utils?|helpers?|common|lib|libs|managers?|misc|shared)$/.test(name)),
    ).toEqual([]);
  });
  it('switch no type check off', () => {
    const config: unknown = JSON.parse(textOf('.oxlintrc.json'));
    expect(config).toMatchObject({
      rules: {
        'typescript/no-explicit-any': 'error',
        'typescript/ban-ts-comment': 'error',
        'typescript/no-floating-promises': 'error',
      },
    });
    expect(
      CODE.filter((path) =>
        /@ts-(?:ignore|nocheck|expect-error)|(?:ox|es)lint-disable[^\n]*no-explicit-any/.test(
          textOf(path).replace(/\/@ts-.*/, ''),
        ),
      ),
    ).toEqual([]);
  });
  it('leave nothing to be done later, and skip no test without a reason', () => {
    expect(CODE.filter((path) => /\b(?:TO[D]O|FIX[M]E|XX[X])\b/.test(textOf(path)))).toEqual([]);
    expect(TESTS.filter((path) => /\b(?:it|test|describe)\.(?:only|todo)\b/.test(textOf(path)))).toEqual([]);
    expect(TESTS.filter((path) => /\b(?:it|test|describe)\.skip\((?!.*\/\/ )/.test(textOf(path)))).toEqual([]);
  });
});

describe('reference pages', () => {
  const PAGES = readdirSync(join(ROOT, 'docs', 'reference')).filter(
    (name) => name.endsWith('.md') && name !== 'README.md',
  );
  it.each(PAGES.filter((name) => /generated/i.test(textOf(`docs/reference/${name}`))))(
    '%s is compared with what it is generated from',
    (name) => {
      expect(TESTS.filter((path) => textOf(path).includes(name)).length).toBeGreaterThan(0);
    },
  );
});

describe('behaviours of the interpreter', () => {
  it('are numbered without gaps, the current one last', () => {
    expect(BEHAVIOURS.map(({ number }) => number)).toEqual(BEHAVIOURS.map((_, index) => index + 1));
    expect(CURRENT_BEHAVIOUR).toBe(BEHAVIOURS.length);
  });
  it.each(BEHAVIOURS.map(({ number }) => number))('%i has recorded histories', (number) => {
    expect(
      readdirSync(join(ROOT, 'temporal', 'histories', String(number))).filter((name) => name.endsWith('.outcome.json'))
        .length,
    ).toBeGreaterThanOrEqual(STEP_KINDS.length);
  });
  it('are all that is recorded', () => {
    expect(readdirSync(join(ROOT, 'temporal', 'histories')).sort()).toEqual(
      BEHAVIOURS.map(({ number }) => String(number)).sort(),
    );
  });
});
