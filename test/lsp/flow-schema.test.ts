import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flowSchema } from '../../src/dsl/schema/flow-schema.ts';
import { corpusEnvironment } from '../corpora/environment.ts';
import { type Editor, startEditor } from './yaml-language-server.ts';

// The published schema in the YAML language server that editors run: completion, hover and errors as an author sees them.

let dir: string;
let editor: Editor;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'weir-lsp-'));
  const file = path.join(dir, 'flow.json');
  writeFileSync(file, JSON.stringify(flowSchema(corpusEnvironment)));
  editor = await startEditor(pathToFileURL(file).href);
}, 60_000);
afterAll(async () => {
  await editor.stop();
  rmSync(dir, { recursive: true });
});

/** Opens a document with `‸` where the cursor is. */
async function at(text: string): Promise<{ uri: string; position: { line: number; character: number } }> {
  const before = text.slice(0, text.indexOf('‸')).split('\n');
  const uri = await editor.open(text.replace('‸', ''));
  return { uri, position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 } };
}
async function completions(text: string): Promise<string[]> {
  const { uri, position } = await at(text);
  return editor.complete(uri, position);
}
async function hover(text: string): Promise<string> {
  const { uri, position } = await at(text);
  return editor.hover(uri, position);
}

describe('completion', () => {
  it('offers the keys of a document', async () => {
    expect(await completions('flow: a\n‸')).toEqual(
      expect.arrayContaining(['steps', 'trigger', 'inputs', 'on_error', 'finally']),
    );
  });
  it('offers kinds and modifiers in a step', async () => {
    expect(await completions('flow: a\nsteps:\n  - ‸')).toEqual(
      expect.arrayContaining(['parallel', 'conditional', 'foreach', 'adapter', 'wait_for']),
    );
  });
  it('offers modifiers in a named step', async () => {
    const text = 'flow: a\nsteps:\n  - charge:\n      adapter: stripe\n      ‸';
    expect(await completions(text)).toEqual(
      expect.arrayContaining(['action', 'params', 'retry', 'timeout', 'on_error', 'compensate']),
    );
  });
  it('offers the settings of a kind', async () => {
    expect(await completions('flow: a\nsteps:\n  - foreach:\n      ‸')).toEqual(
      expect.arrayContaining(['in', 'as', 'do', 'concurrency', 'on_failure']),
    );
    expect(await completions('flow: a\nsteps:\n  - each:\n      repeat:\n        ‸')).toEqual(
      expect.arrayContaining(['do', 'until', 'while', 'max']),
    );
  });
  it('offers keys in the steps of a block', async () => {
    expect(await completions('flow: a\nsteps:\n  - conditional:\n      if: true\n      then:\n        - ‸')).toEqual(
      expect.arrayContaining(['parallel', 'adapter']),
    );
  });
  it('offers the words of a setting', async () => {
    expect(await completions('flow: a\nsteps:\n  - a:\n      adapter: ai\n      retry:\n        backoff: ‸')).toEqual(
      expect.arrayContaining(['exponential', 'linear', 'constant']),
    );
  });
  it('offers the adapters there are', async () => {
    expect(await completions('flow: a\nsteps:\n  - a:\n      adapter: ‸')).toEqual(
      expect.arrayContaining(['http', 'stripe', 'iam']),
    );
  });
});

describe('hover', () => {
  it('explains a kind', async () =>
    expect(await hover('flow: a\nsteps:\n  - para‸llel:\n      - send_email\n')).toContain(
      'Runs branches at the same time',
    ));
  it('explains a modifier', async () =>
    expect(await hover('flow: a\nsteps:\n  - a:\n      adapter: ai\n      ret‸ry: false\n')).toContain(
      'How often and how fast to try again',
    ));
  it('explains a setting', async () =>
    expect(
      await hover('flow: a\nsteps:\n  - foreach:\n      in: [1]\n      concur‸rency: 2\n      do: [ { wait: 1s } ]\n'),
    ).toContain('How many rounds run at once'));
});

describe('errors', () => {
  it('marks an unknown key in its line', async () => {
    const uri = await editor.open('flow: a\nfinaly: []\nsteps:\n  - wait: 1s\n');
    const found = await editor.diagnostics(uri);
    expect(found.map((diagnostic) => [diagnostic.range.start.line, diagnostic.message])).toEqual([
      [1, expect.stringContaining('finaly')],
    ]);
  });
  it('marks a wrong word', async () => {
    const uri = await editor.open(
      'flow: a\nsteps:\n  - a:\n      adapter: ai\n      retry:\n        backoff: quadratic\n',
    );
    expect((await editor.diagnostics(uri)).length).toBeGreaterThan(0);
  });
  it('has nothing against the flow of the specification', async () => {
    const uri = await editor.open(
      "flow: support-routing\nsteps:\n  - classify_issue:\n      adapter: ai\n  - conditional:\n      if: $classify_issue.category == 'billing'\n      then:\n        - route_to_finance\n      else:\n        - route_to_support\n",
    );
    expect(await editor.diagnostics(uri)).toEqual([]);
  });
});
