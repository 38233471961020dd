import { bodies } from './graph/bodies.ts';
import type { FlowGraph } from './graph/flow-graph.ts';
import { walkFlow } from './graph/walk.ts';
import type { FlowIr } from './ir/index.ts';

/** The graph of a compiled flow, for pictures. Pure. */
export function flowGraph(ir: FlowIr): FlowGraph {
  return walkFlow(ir, bodies);
}

export type { FlowGraph, GraphEdge, GraphGroup, GraphNode } from './graph/flow-graph.ts';
/** `mermaid(flowGraph(ir))` is the text of a Mermaid flowchart. */
export { mermaid } from './graph/mermaid.ts';
