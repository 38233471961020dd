import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../src/dsl/index.ts';
import type { FlowIr } from '../../src/dsl/ir/flow.ts';
import type { Json, JsonObject } from '../../src/dsl/ir/json.ts';
import type { ExecutionStatus } from '../../src/workflows/contract.ts';
import {
  runVirtual,
  type ScriptedEvent,
  type VirtualResult,
  type VirtualRun,
} from '../../src/workflows/host/run-virtual.ts';
import type { TraceEvent } from '../../src/workflows/interpreter/trace.ts';
import { demoAnswer, demoManifest, spareAdapter } from './demo-adapter.ts';

/** A case of the run corpus: `flow.yaml`, sub-flows as `<name>.flow.yaml`, and this, as `case.json`. */
export interface RunCase {
  readonly title: string;
  readonly input?: Json;
  /** `$config`. */
  readonly config?: JsonObject;
  /** What happens from outside, ms after the start. */
  readonly script?: readonly ScriptedEvent[];
  readonly expect: {
    readonly status: ExecutionStatus;
    readonly output?: Json;
    readonly error?: Json;
    /** Calls that ended well, as `step` addresses, in order. */
    readonly completed?: readonly string[];
    /** Virtual time from start to end, ms. */
    readonly elapsed?: number;
  };
  /** Why the history isn't compared, or the case not run on Temporal. */
  readonly virtual_only?: string;
}
export interface LoadedCase extends RunCase {
  readonly name: string;
  readonly flow: FlowIr;
  readonly flows: Readonly<Record<string, FlowIr>>;
}

const FOLDER = join(import.meta.dirname, '../corpora/run');

export function loadRunCases(): readonly LoadedCase[] {
  return readdirSync(FOLDER)
    .sort()
    .filter((name) => existsSync(join(FOLDER, name, 'case.json')))
    .map(loadCase);
}

function loadCase(name: string): LoadedCase {
  const folder = join(FOLDER, name);
  const childFiles = readdirSync(folder).filter((file) => file.endsWith('.flow.yaml'));
  const names = new Map(childFiles.map((file) => [file.replace('.flow.yaml', ''), ['1.0.0'] as readonly string[]]));
  const flows: Record<string, FlowIr> = {};
  for (const file of childFiles)
    flows[file.replace('.flow.yaml', '')] = compileDemo(
      readFileSync(join(folder, file), 'utf8'),
      names,
      `${name}/${file}`,
    );
  const flow = compileDemo(readFileSync(join(folder, 'flow.yaml'), 'utf8'), names, name);
  const spec = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as RunCase;
  return { ...spec, name, flow, flows };
}

/** Compiles a flow that uses the demo adapter; throws with its diagnostics. */
export function compileDemo(
  source: string,
  flows: ReadonlyMap<string, readonly string[]> = new Map(),
  label = 'flow',
): FlowIr {
  const { ir, diagnostics } = compile(source, {
    adapters: new Map([
      ['demo', demoManifest],
      ['spare', spareAdapter.manifest],
    ]),
    actions: {},
    flows,
  });
  if (ir === undefined)
    throw new Error(diagnostics.map((d) => `${label} ${d.line}:${d.column} ${d.code} ${d.message}`).join('\n'));
  return ir;
}

/** Runs a case in virtual time. */
export function runCase(
  one: Pick<LoadedCase, 'flow' | 'flows' | 'input' | 'config' | 'script'>,
  more: Partial<VirtualRun> = {},
): Promise<VirtualResult> {
  return runVirtual({
    flow: one.flow,
    flows: one.flows,
    input: one.input ?? {},
    config: one.config ?? {},
    script: one.script ?? [],
    call: (request, attempt) => demoAnswer(request.params as object, attempt, request),
    resolveFlow: (ref) => (one.flows[ref] === undefined ? undefined : { ref, flows: one.flows }),
    ...more,
  });
}

/** Addresses of the calls that ended well, in order. */
export const completedCalls = (trace: readonly TraceEvent[]): readonly string[] =>
  trace.flatMap((event) => (event.type === 'step.completed' && event.kind === 'call' ? [event.step] : []));

/** Instants of events and decisions differ from wiring to wiring. */
const timeless = (key: string, value: Json): Json => (key === 'time' || key === 'at' ? '…' : value);

/** What must be the same on every wiring: who did what, in which order, with which outcome; not when. */
export function comparable(trace: readonly TraceEvent[]): readonly string[] {
  return trace.flatMap((event) => {
    switch (event.type) {
      case 'step.waiting':
      case 'step.retrying':
        return []; // told as often as it is seen; the attempts are compared apart
      case 'step.completed':
        return [
          `${event.type} ${event.step} ${event.kind === 'emit' || event.kind === 'flow' ? '…' : JSON.stringify(event.result, timeless)}`,
        ];
      case 'step.failed':
        return [`${event.type} ${event.step} ${event.error.code}`];
      case 'step.started':
      case 'step.skipped':
      case 'step.cancelled':
        return [`${event.type} ${event.step}`];
      default:
        return [event.type];
    }
  });
}
