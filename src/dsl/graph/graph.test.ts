import { describe, expect, test } from 'vitest';
import { httpManifest } from '../../adapters/http/manifest.ts';
import { flowGraph, mermaid } from '../graph.ts';
import { compile } from '../index.ts';
import { STEP_KINDS } from '../ir/index.ts';
import { bodies } from './bodies.ts';

const environment = {
  adapters: new Map([[httpManifest.name, httpManifest]]),
  actions: {},
  flows: new Map([['other', ['1.0.0']]]),
};
const GET = '{ adapter: http, action: request, params: { url: "https://example.com" } }';

function graphOf(steps: string, rest = ''): ReturnType<typeof flowGraph> {
  const { ir, diagnostics } = compile(`flow: f\nsteps:\n${steps}\n${rest}`, environment);
  if (ir === undefined) throw new Error(diagnostics.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return flowGraph(ir);
}

/** Edges by the first lines of their boxes: `a -> b`, with label and style where they say something. */
function edgesOf(graph: ReturnType<typeof flowGraph>): string[] {
  const names = new Map(graph.nodes.map((node) => [node.id, node.lines[0] ?? '']));
  return graph.edges.map((edge) => {
    const label = edge.label === null ? '' : ` (${edge.label})`;
    return `${names.get(edge.from)} ${edge.style === 'solid' ? '->' : edge.style} ${names.get(edge.to)}${label}`;
  });
}

test('every kind is drawn', () => {
  expect(Object.keys(bodies).sort()).toEqual([...STEP_KINDS].sort());
});

test('a conditional comes together again, and goes past where nothing is to do', () => {
  const graph = graphOf(`
  - a: ${GET}
  - conditional: { if: $a.status == 200, then: [ { b: ${GET} } ], elif: [ { if: $a.status == 404, then: [ { return: 1 } ] } ] }
  - c: ${GET}`);
  expect(edgesOf(graph)).toEqual([
    'f -> a',
    'a -> $a.status == 200',
    '$a.status == 200 -> b (yes)',
    '$a.status == 200 -> return 1 ($a.status == 404)',
    'b -> c',
    '$a.status == 200 -> c (else)',
    'c -> end',
  ]);
});

test('branches start where what they need ends', () => {
  const graph = graphOf(`
  - p:
      parallel:
        - late: { adapter: http, action: request, params: { url: "https://example.com" }, needs: [first] }
        - first: ${GET}
        - alone: ${GET}`);
  expect(edgesOf(graph)).toEqual([
    'f -> p',
    'p -> first (first)',
    'first -> late',
    'p -> alone (alone)',
    'late -> all',
    'alone -> all',
    'all -> end',
  ]);
});

test('loops go back to their head and are left from there', () => {
  const graph = graphOf(`
  - each: { foreach: { in: [1, 2], do: [ { a: ${GET} } ] } }
  - again: { repeat: { do: [ { b: ${GET} } ], until: $b.status == 200, max: 3 } }`);
  expect(edgesOf(graph)).toEqual([
    'f -> each',
    'each -> a (each)',
    'a back each',
    'each -> again (done)',
    'again -> b (round)',
    'b back again',
    'again -> end (done)',
  ]);
  expect(graph.groups.map((group) => group.label)).toEqual(['each', 'again']);
});

test('handlers, compensation and finally are dashed, in frames of their own', () => {
  const graph = graphOf(
    `
  - a:
      adapter: http
      action: request
      params: { url: "https://example.com" }
      on_error: [ { match: [timeout], do: [ { retry_later: { wait: 5m } } ] }, { do: [ { fail: $error } ] } ]
      compensate: [ { undo: ${GET} } ]
      finally: [ { tidy: ${GET} } ]`,
    `on_error: [ { tell: ${GET} } ]\nfinally: [ { bye: ${GET} } ]`,
  );
  expect(edgesOf(graph)).toEqual([
    'f -> a',
    'a dashed retry_later (on error: timeout)',
    'a dashed fail again (on error)',
    'a -> tidy',
    'retry_later dashed tidy',
    'a dashed undo (compensate)',
    'tidy dashed end',
    'f dashed tell (on error)',
    'end dashed bye (finally)',
  ]);
  expect(graph.groups.every((group) => group.dashed)).toBe(true);
});

describe('mermaid', () => {
  test('shapes, frames, and classes', () => {
    const graph = graphOf(`
  - each: { foreach: { in: $input.list, as: one, concurrency: 3, do: [ { a: ${GET} } ] } }
  - wait: 90m
  - { id: ok, approve: { title: "Really?", to: ["role:boss"] } }
  - sub: { flow: { name: other, wait: false } }
  - emit: { type: done, data: {} }
  - fail: { code: broken, message: no }`);
    expect(mermaid(graph)).toBe(`flowchart TD
  n0(["f"])
  n3("wait 1h30m")
  n4[/"ok<br/>approve: Really?<br/>by [#34;role:boss#34;]"/]
  n5[["sub<br/>flow other<br/>not waited for"]]
  n6>"emit done"]
  n7(("fail broken"))
  n8(["end"])
  subgraph g0 ["each"]
    n1[/"each<br/>for each one in $input.list<br/>3 at a time"\\]
    n2["a<br/>http.request"]
  end
  n0 --> n1
  n1 -->|"each"| n2
  n2 --> n1
  n1 -->|"done"| n3
  n3 --> n4
  n4 --> n5
  n5 --> n6
  n6 --> n7
  classDef failing stroke:#c0392b
  class n7 failing
`);
  });

  test.each([
    ['"quotes" and <b>', '#34;quotes#34; and #60;b#62;'],
    ['%%{init: x}%%', '#37;#37;{init: x}#37;#37;'],
    ['1. first', '1#46; first'],
    ['- dash', '#45; dash'],
    ['`code`', '#96;code#96;'],
    ['a #1; & b', 'a #35;1; #38; b'],
    ['two\n  lines', 'two lines'],
    ['x'.repeat(80), `${'x'.repeat(59)}…`],
  ])('text stays text: %j', (title, shown) => {
    const graph = graphOf(`  - a: ${GET}`, `title: ${JSON.stringify(title)}`);
    expect(mermaid(graph).split('\n')[1]).toBe(`  n0(["${shown}"])`);
  });
});
