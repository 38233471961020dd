import type { FlowIr, HandlerIr, StepIr } from '../ir/index.ts';
import type { FlowGraph, GraphEdge, GraphGroup, GraphNode } from './flow-graph.ts';
import { stepLabel } from './step-label.ts';
import { valueText } from './value-text.ts';

/** An arrow that has left a node and has not arrived yet. */
export interface Loose {
  readonly from: string;
  readonly label: string | null;
  readonly style: GraphEdge['style'];
}

/** What the drawing functions of each kind build on. */
export interface Pen {
  node(node: { kind: GraphNode['kind']; step?: StepIr; lines?: readonly string[]; entries: readonly Loose[] }): string;
  edge(entries: readonly Loose[], to: string): void;
  /** Draws inside a frame. */
  within<T>(group: { label: string; dashed?: boolean }, draw: () => T): T;
  steps(steps: readonly StepIr[], entries: readonly Loose[]): readonly Loose[];
  step(step: StepIr, entries: readonly Loose[]): Drawn;
}

/** Entry of a step, and the arrows that leave it. */
export interface Drawn {
  readonly first: string;
  readonly exits: readonly Loose[];
}

/** How each kind is drawn. */
export type Bodies = {
  readonly [K in StepIr['kind']]: (step: Extract<StepIr, { kind: K }>, entries: readonly Loose[], pen: Pen) => Drawn;
};

function drawBody(bodies: Bodies, step: StepIr, entries: readonly Loose[], pen: Pen): Drawn {
  // The table is keyed by the kind it takes; TypeScript can't follow the pairing through a union.
  const draw = bodies[step.kind] as (step: StepIr, entries: readonly Loose[], pen: Pen) => Drawn;
  return draw(step, entries, pen);
}

export const solid = (from: string, label: string | null = null): Loose => ({ from, label, style: 'solid' });
export const dashed = (from: string, label: string | null): Loose => ({ from, label, style: 'dashed' });

/** Draws a flow from its start to its end, then its handlers. `bodies` draws each kind's inside. */
export function walkFlow(ir: FlowIr, bodies: Bodies): FlowGraph {
  const nodes: GraphNode[] = [];
  const groups: GraphGroup[] = [];
  const edges: GraphEdge[] = [];
  let group: string | null = null;

  const pen: Pen = {
    node({ kind, step, lines, entries }) {
      const id = `n${nodes.length}`;
      nodes.push({
        id,
        kind,
        step: step?.key ?? null,
        lines: lines ?? (step ? stepLabel(step) : []),
        group,
        line: step?.line ?? null,
      });
      pen.edge(entries, id);
      return id;
    },
    edge(entries, to) {
      for (const entry of entries) edges.push({ ...entry, to });
    },
    within(frame, draw) {
      const parent = group;
      const id = `g${groups.length}`;
      groups.push({ id, label: frame.label, parent, dashed: frame.dashed === true });
      group = id;
      try {
        return draw();
      } finally {
        group = parent;
      }
    },
    steps(steps, entries) {
      let open = entries;
      for (const step of steps) open = pen.step(step, open).exits;
      return open;
    },
    step(step, entries) {
      const drawn = drawBody(bodies, step, entries, pen);
      const handled = (step.onError ?? []).flatMap((handler) => drawHandler(pen, handler, drawn.first));
      let exits: readonly Loose[] = [...drawn.exits, ...handled];
      if (step.finally)
        exits = drawAside(pen, step.finally, {
          label: 'finally',
          entries: exits.length > 0 ? exits : [dashed(drawn.first, null)],
        });
      if (step.compensate)
        drawAside(pen, step.compensate, { label: 'compensate', entries: [dashed(drawn.first, 'compensate')] });
      return { first: drawn.first, exits };
    },
  };

  const start = pen.node({ kind: 'start', lines: [ir.title ?? ir.name], entries: [] });
  const exits = pen.steps(ir.steps, [solid(start)]);
  const end = pen.node({ kind: 'end', lines: ['end'], entries: exits });
  for (const handler of ir.onError ?? []) drawHandler(pen, handler, start);
  if (ir.finally) drawAside(pen, ir.finally, { label: 'finally', entries: [dashed(end, 'finally')] });
  return { flow: ir.name, version: ir.version, nodes, groups, edges };
}

function drawHandler(pen: Pen, handler: HandlerIr, from: string): readonly Loose[] {
  const label = handlerLabel(handler);
  return drawAside(pen, handler.do, { label, entries: [dashed(from, label)] });
}

function drawAside(
  pen: Pen,
  steps: readonly StepIr[],
  aside: { label: string; entries: readonly Loose[] },
): readonly Loose[] {
  const exits = pen.within({ label: aside.label, dashed: true }, () => pen.steps(steps, aside.entries));
  return exits.map((exit) => ({ ...exit, style: 'dashed' as const }));
}

function handlerLabel(handler: HandlerIr): string {
  const match = handler.match;
  if (match === null) return 'on error';
  const parts = [...(match.codes ?? []), ...(match.statuses ?? []).map((status) => `status ${status}`)];
  if (match.if) parts.push(`if ${valueText(match.if)}`);
  return `on error: ${parts.join(', ')}`;
}
