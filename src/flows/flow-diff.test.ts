import { describe, expect, test } from 'vitest';
import { compile } from '../dsl/index.ts';
import { diffFlows } from './flow-diff.ts';

const ENVIRONMENT = { adapters: new Map(), actions: {}, flows: new Map() };
function version(steps: string, frame = '') {
  const source = `flow: a\n${frame}steps:\n${steps}`;
  const { ir, diagnostics } = compile(source, ENVIRONMENT);
  if (ir === undefined) throw new Error(JSON.stringify(diagnostics));
  return { name: 'a', version: '1.0.0', source, ir };
}
const parts = (before: ReturnType<typeof version>, after: ReturnType<typeof version>) =>
  diffFlows(before, after).graph.map(({ change, at, kind }) => `${change} ${at} ${kind}`);

const ABC = '  - a: { wait: 1s }\n  - b: { wait: 2s }\n  - c: { wait: 3s }\n';

describe('steps with ids', () => {
  test.each([
    ['nothing', ABC, []],
    ['a comment', `# new\n${ABC}`, []],
    ['one before the others', `  - z: { wait: 9s }\n${ABC}`, ['added z wait']],
    ['one less', ABC.replace('  - b: { wait: 2s }\n', ''), ['removed b wait']],
    ['other content', ABC.replace('2s', '5s'), ['changed b wait']],
    ['another kind', ABC.replace('b: { wait: 2s }', 'b: { set: { x: 1 } }'), ['changed b set']],
    ['the first one last', '  - b: { wait: 2s }\n  - c: { wait: 3s }\n  - a: { wait: 1s }\n', ['moved a wait']],
    [
      'all the other way round',
      '  - c: { wait: 3s }\n  - b: { wait: 2s }\n  - a: { wait: 1s }\n',
      ['moved c wait', 'moved b wait'],
    ],
    [
      'one in a block',
      '  - a: { wait: 1s }\n  - x: { do: [{ b: { wait: 2s } }] }\n  - c: { wait: 3s }\n',
      ['added x do', 'moved b wait'],
    ],
    [
      'moved and changed',
      '  - c: { wait: 3s }\n  - a: { wait: 1s }\n  - b: { wait: 7s }\n',
      ['moved c wait', 'changed b wait'],
    ],
  ])('%s', (_, after, expected) => {
    expect(parts(version(ABC), version(after))).toEqual(expected);
  });
});

describe('steps without ids', () => {
  const plain = '  - wait: 1s\n  - wait: 2s\n';
  test.each([
    ['nothing', plain, []],
    ['one before them: they keep what they are', `  - wait: 9s\n${plain}`, ['added steps/0 wait']],
    ['one less', '  - wait: 2s\n', ['removed steps/0 wait']],
    ['other content', plain.replace('1s', '5s'), ['changed steps/0 wait']],
    ['the same twice', `${plain}  - wait: 2s\n`, ['added steps/2 wait']],
  ])('%s', (_, after, expected) => {
    expect(parts(version(plain), version(after))).toEqual(expected);
  });
});

test('a change deep inside is that of the step, not of what is around it', () => {
  const nested = (seconds: number, more = '') =>
    version(
      `  - each:
      foreach:
        in: [1, 2]
        do:
          - both:
              parallel:
                - left: { wait: ${seconds}s }
                - right: { wait: 1s }
      on_error:
        - do: [{ note: { wait: 1s } }]
${more}`,
    );
  expect(parts(nested(1), nested(2))).toEqual(['changed left wait']);
  expect(parts(nested(1), nested(1, '      finally: [{ last: { wait: 1s } }]\n'))).toEqual(['added last wait']);
});

test('parts of the frame are told by name', () => {
  const before = version(ABC, 'title: One\ntimeout: 1h\n');
  const after = version(ABC, 'title: Two\ntags: [x]\nvars: { n: 1 }\n');
  expect(parts(before, after)).toEqual([
    'changed title frame',
    'added tags frame',
    'changed vars frame',
    'removed timeout frame',
  ]);
});

test('the text is a unified diff; none where the sources are the same', () => {
  const after = { ...version(ABC.replace('2s', '5s')), version: '1.0.1' };
  expect(diffFlows(version(ABC), version(ABC)).text).toBe('');
  const { text } = diffFlows(version(ABC), after);
  expect(text).toContain('--- a@1.0.0\n+++ a@1.0.1\n@@ ');
  expect(text).toContain('\n-  - b: { wait: 2s }\n+  - b: { wait: 5s }\n');
});
