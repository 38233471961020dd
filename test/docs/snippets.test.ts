import { beforeAll, describe, expect, it } from 'vitest';
import type { CompileEnvironment } from '../../src/dsl/compile-environment.ts';
import { compile } from '../../src/dsl/compile.ts';
import { parseTestFile } from '../../src/testing/parse-test-file.ts';
import { docsEnvironment, markdownFiles, readDoc } from './environment.ts';

interface Snippet {
  readonly place: string;
  readonly source: string;
}

/** Every ```yaml block whose first line that is no comment says which flow it is. */
function snippetsOf(file: string): Snippet[] {
  const found: Snippet[] = [];
  let open: { line: number; lines: string[] } | null = null;
  for (const [index, line] of readDoc(file).split('\n').entries()) {
    if (open === null) {
      if (line === '```yaml') open = { line: index + 1, lines: [] };
    } else if (line === '```') {
      const first = open.lines.find((each) => !each.startsWith('#'));
      if (first?.startsWith('flow: ') === true)
        found.push({ place: `${file}:${open.line}`, source: open.lines.join('\n') });
      open = null;
    } else open.lines.push(line);
  }
  return found;
}

// The catalogue's own test holds its examples, many of them pieces, to their codes.
const snippets = markdownFiles()
  .filter((file) => file !== 'docs/reference/diagnostics.md')
  .flatMap(snippetsOf);
const isTest = ({ source }: Snippet): boolean => /^flow: \S+\.yaml/m.test(source);
const isInvalid = ({ source }: Snippet): boolean => source.startsWith('# invalid');

let environment: CompileEnvironment;
beforeAll(async () => {
  environment = await docsEnvironment();
});
const told = (snippet: Snippet): string[] =>
  compile(snippet.source, environment).diagnostics.map(
    ({ code, severity, line, message }) => `${severity} ${code} in line ${line}: ${message}`,
  );

describe('flows in the documentation', () => {
  it.each(snippets.filter((each) => !isTest(each) && !isInvalid(each)))('$place compiles without a word', (snippet) => {
    expect(told(snippet)).toEqual([]);
  });

  it.each(snippets.filter(isInvalid))('$place is an error, as it says', (snippet) => {
    expect(told(snippet).filter((line) => line.startsWith('error'))).not.toEqual([]);
  });

  it.each(snippets.filter(isTest))('$place is a flow test', ({ source }) => {
    expect(parseTestFile(source).diagnostics).toEqual([]);
  });

  it('shows every kind of step in the reference', () => {
    const kinds = snippetsOf('docs/dsl.md').flatMap(({ source }) => [
      ...JSON.stringify(compile(source, environment).ir?.steps ?? []).matchAll(/"kind":"([a-z_]+)"/g),
    ]);
    expect(new Set(kinds.map(([, kind]) => kind)).size).toBe(16);
  });
});
