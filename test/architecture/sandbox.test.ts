import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowBundle } from '../../src/worker/workflow-bundle.ts';
import { codeOf, filesBelow, SANDBOX, textOf } from './sources.ts';

// Workflow code is replayed, perhaps a year later: what it computes may depend on its input and its history only.
const NOT_REPLAYED =
  /\b(?:Date\.now\(|new Date\(\)|Date\(\)|Math\.random|process\b|setTimeout|setInterval|setImmediate|queueMicrotask|performance\b|crypto\b|globalThis|WeakRef|FinalizationRegistry|Intl\b|toLocale|localeCompare)/g;
/** In the sandbox `Date.now` is workflow time; one file may say so. */
const CLOCK = 'src/workflows/runtime/temporal-port.ts';

describe('what enters the workflow bundle', () => {
  it('is not nothing', () => {
    expect(SANDBOX.length).toBeGreaterThan(50);
  });
  it('has no clock, no randomness, nothing of the machine', () => {
    const found = SANDBOX.flatMap((path) =>
      [...withoutTexts(codeOf(path)).matchAll(NOT_REPLAYED)].map(([what]) => `${path}: ${what}`),
    );
    expect(found.filter((line) => line !== `${CLOCK}: Date.now(`)).toEqual([]);
    expect(found).toContain(`${CLOCK}: Date.now(`); // the search finds something
  });
  it('keeps no state in modules: what one execution leaves there another one would find', () => {
    expect(SANDBOX.flatMap((path) => mutableState(path, codeOf(path)))).toEqual([]);
  });
  it('is searched for state of all kinds', () => {
    const bad =
      'let a = 1;\nconst b = new Map();\nb.set(1, 2);\nconst c = [];\nfunction f() { c.push(1); }\nconst d = {};\nd["x"] = 1;\nclass E { static f = 1; }\nconst g = new Set([1]);\n';
    expect(mutableState('x', bad)).toHaveLength(5);
  });
  it('is free of Temporal where it interprets', () => {
    const interpreters = ['src/workflows/interpreter', 'src/workflows/steps', 'src/dsl'].flatMap((folder) =>
      filesBelow(folder, (path) => path.endsWith('.ts') && !path.endsWith('.test.ts')),
    );
    expect(interpreters.filter((path) => /from '@temporalio|import\('@temporalio/.test(textOf(path)))).toEqual([]);
  });
});

describe('the workflow bundle', () => {
  let modules: readonly string[] = [];
  beforeAll(async () => {
    const bundle = await workflowBundle();
    const code = 'code' in bundle ? bundle.code : readFileSync(bundle.codePath, 'utf8');
    modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"/gm)].map((match) => match[1] ?? '');
  }, 60_000);

  it('holds the packages that are known to be deterministic, and no others', () => {
    const packages = new Set(
      modules.flatMap(
        (id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? /^[a-z@][^:]*$/.exec(id)?.[0] ?? [],
      ),
    );
    expect([...packages].filter((name) => !ALLOWED_PACKAGES.has(name))).toEqual([]);
    expect(packages).toContain('@temporalio/workflow');
  });
  it('holds our own code of the sandbox, and no other', () => {
    const own = modules.filter((id) => id.startsWith('./src/'));
    expect(
      own.filter(
        (id) => !/^\.\/src\/(workflows\/(?!host\/)|dsl\/(ir|expressions)\/|activities\/contract\.ts$)/.test(id),
      ),
    ).toEqual([]);
    expect(own.length).toBeGreaterThan(40);
  });
  it('holds nothing of Node', () => {
    expect(
      modules.filter(
        (id) =>
          /^(node:|external )/.test(id) ||
          /^(assert|buffer|child_process|crypto|fs|http|net|os|path|process|stream|url|util|vm|worker_threads|zlib)$/.test(
            id,
          ),
      ),
    ).toEqual([]);
  });
});

/** The SDK's own, and re2js: pure computation (docs/decisions). */
const ALLOWED_PACKAGES: ReadonlySet<string> = new Set([
  '@temporalio/common',
  '@temporalio/workflow',
  'long',
  'ms',
  'nexus-rpc',
  're2js',
]);

const withoutTexts = (code: string): string =>
  code.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.)*`/g, '""');

/** Top-level `let` and `var`, static fields, and top-level containers that the module changes. */
function mutableState(path: string, code: string): readonly string[] {
  const bindings = [...code.matchAll(/^(?:export )?(?:let|var) (\w+)/gm)].map((match) => match[1]);
  const statics = [...code.matchAll(/\bstatic (#?\w+) =/g)].map((match) => match[1]);
  const containers = [
    ...code.matchAll(
      /^(?:export )?const (\w+) = (?:\/\* @__PURE__ \*\/ )?(?:new (?:Map|Set|WeakMap|WeakSet|Array)\b|\[|\{)/gm,
    ),
  ].flatMap((match) => match[1] ?? []);
  const changed = containers.filter((name) =>
    new RegExp(
      `\\b${name}(?:\\.(?:set|add|delete|clear|push|pop|shift|unshift|splice|sort|reverse|fill)\\(|(?:\\[[^\\]]+\\]|\\.\\w+) = )`,
    ).test(code),
  );
  return [...bindings, ...statics, ...changed].map((name) => `${path}: ${name}`);
}
