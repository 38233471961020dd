import type { StepKind } from '../ir/index.ts';

/** A flow as boxes and arrows: what `weir graph`, `GET /flows/{id}/versions/{v}?as=mermaid` and the dashboard draw. Plain data. */
export interface FlowGraph {
  readonly flow: string;
  readonly version: string;
  readonly nodes: readonly GraphNode[];
  /** Frames around loops, blocks and handlers. */
  readonly groups: readonly GraphGroup[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphNode {
  /** `n0`, `n1`, … in the order of the source. */
  readonly id: string;
  /** Step kinds, and the points where a flow starts, ends, or branches come together. */
  readonly kind: StepKind | 'start' | 'end' | 'join';
  /** Key of the step; null for start, end and joins. */
  readonly step: string | null;
  /** First the name, then what it does, then its conditions. */
  readonly lines: readonly string[];
  readonly group: string | null;
  /** 1-based line in the source; null where there is none. */
  readonly line: number | null;
}

export interface GraphGroup {
  readonly id: string;
  readonly label: string;
  readonly parent: string | null;
  /** A dashed frame: handlers, `finally`, `compensate`. */
  readonly dashed: boolean;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string | null;
  /** `dashed`: taken only when something went wrong, timed out, or is tidied up. `back`: to the next round of a loop. */
  readonly style: 'solid' | 'dashed' | 'back';
}
