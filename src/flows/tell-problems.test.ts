import { expect, test } from 'vitest';
import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import { EMPTY_STATE, type FlowFile, type FolderState } from './folder-state.ts';
import { tellProblems } from './tell-problems.ts';

const UNKNOWN: Diagnostic = {
  code: 'WEIR5003',
  severity: 'error',
  message: 'There is no adapter `htttp`.',
  path: '/steps/0',
  line: 3,
  column: 5,
  end_line: 3,
  end_column: 9,
  hint: 'Did you mean `http`?',
};

function state(
  files: Readonly<Record<string, readonly Diagnostic[]>>,
  adapterProblems: readonly string[] = [],
): FolderState {
  const flowFile = (path: string, diagnostics: readonly Diagnostic[]): FlowFile => ({
    path,
    mark: '',
    source: '',
    identity: { name: 'a', version: null },
    seenAt: 0,
    flow: {
      name: 'a',
      version: '1.0.0',
      hash: '',
      source: '',
      mediaType: 'application/yaml',
      diagnostics,
      createdAt: 0,
    },
  });
  const entries = Object.entries(files).map(([path, found]): [string, FlowFile] => [path, flowFile(path, found)]);
  return { ...EMPTY_STATE, files: new Map(entries), adapterProblems };
}

test('tells each problem once, with its place, and when it is gone', () => {
  const lines: string[] = [];
  const tell = tellProblems((line) => lines.push(line));
  const took = () => lines.splice(0);
  const broken = 'a.flow.yaml:3:5 error WEIR5003 There is no adapter `htttp`. Did you mean `http`?';
  tell(state({ 'a.flow.yaml': [UNKNOWN], 'b.flow.yaml': [] }, ['adapters/x.yaml: has no actions']));
  expect(took()).toEqual([broken, 'error: adapters/x.yaml: has no actions']);
  tell(state({ 'a.flow.yaml': [UNKNOWN], 'b.flow.yaml': [UNKNOWN] }));
  expect(took()).toEqual([broken.replace('a.flow', 'b.flow')]);
  tell(state({ 'a.flow.yaml': [] }));
  expect(took()).toEqual(['a.flow.yaml: no problems any more']);
});
