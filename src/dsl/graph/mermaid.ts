import type { FlowGraph, GraphEdge, GraphNode } from './flow-graph.ts';

/** Brackets of each kind's shape (https://mermaid.js.org/syntax/flowchart.html#node-shapes). */
const SHAPES: Readonly<Record<GraphNode['kind'], readonly [string, string]>> = {
  start: ['([', '])'],
  end: ['([', '])'],
  join: ['((', '))'],
  call: ['[', ']'],
  parallel: ['{{', '}}'],
  conditional: ['{', '}'],
  switch: ['{', '}'],
  foreach: ['[/', '\\]'],
  repeat: ['[/', '\\]'],
  wait: ['(', ')'],
  wait_for: ['(', ')'],
  approve: ['[/', '/]'],
  set: ['[', ']'],
  do: ['[', ']'],
  flow: ['[[', ']]'],
  emit: ['>', ']'],
  fail: ['((', '))'],
  return: ['([', '])'],
  script: ['[', ']'],
};

const ARROWS: Readonly<Record<GraphEdge['style'], string>> = { solid: '-->', dashed: '-.->', back: '-->' };
const MAX_LINE = 60;

/** A graph as the text of a Mermaid flowchart, top to bottom. Whatever authors write stays text. */
export function mermaid(graph: FlowGraph): string {
  const lines = ['flowchart TD', ...frame(graph, null, 1)];
  for (const edge of graph.edges) {
    lines.push(
      `  ${edge.from} ${ARROWS[edge.style]}${edge.label === null ? '' : `|"${escape(edge.label)}"|`} ${edge.to}`,
    );
  }
  const dashedGroups = graph.groups.filter((group) => group.dashed).map((group) => group.id);
  const failing = graph.nodes.filter((node) => node.kind === 'fail').map((node) => node.id);
  if (dashedGroups.length > 0)
    lines.push('  classDef aside stroke-dasharray: 5 5', `  class ${dashedGroups.join(',')} aside`);
  if (failing.length > 0) lines.push('  classDef failing stroke:#c0392b', `  class ${failing.join(',')} failing`);
  return `${lines.join('\n')}\n`;
}

function frame(graph: FlowGraph, group: string | null, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  const own = graph.nodes.filter((node) => node.group === group).map((node) => `${indent}${box(node)}`);
  const inner = graph.groups
    .filter((one) => one.parent === group)
    .flatMap((one) => [
      `${indent}subgraph ${one.id} ["${escape(one.label)}"]`,
      ...frame(graph, one.id, depth + 1),
      `${indent}end`,
    ]);
  return [...own, ...inner];
}

function box(node: GraphNode): string {
  const [open, close] = SHAPES[node.kind];
  return `${node.id}${open}"${node.lines.map(escape).join('<br/>')}"${close}`;
}

/**
 * Keeps text from being read as Mermaid, HTML or Markdown. Entities are written `#name;` there; a leading `1.` or `-`
 * would become a list, a leading backtick Markdown, and `%%` a comment.
 */
function escape(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const short = [...line].length > MAX_LINE ? `${[...line].slice(0, MAX_LINE - 1).join('')}…` : line;
  return short
    .replace(/[#&<>"`%\\]/g, (char) => `#${char.charCodeAt(0)};`)
    .replace(/^(\d+)\./, '$1#46;')
    .replace(/^[-+*]/, (char) => `#${char.charCodeAt(0)};`);
}
