import { compile } from '../../src/dsl/index.ts';
import type { Adapter } from '../../src/adapters/adapter.ts';
import { manifestHash } from '../../src/adapters/manifest-hash.ts';
import type { AdapterManifest } from '../../src/adapters/manifest.ts';
import type { FlowIr } from '../../src/dsl/ir/flow.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import { demoAdapter, demoManifest } from '../run/demo-adapter.ts';
import type { Steering } from './steering.ts';

/** A flow, and what happens to it from outside: enough to record a history once. */
export interface Scenario {
  /** Name of the recorded files, `[a-z0-9-]+`. */
  readonly name: string;
  readonly source: string;
  /** Sources of sub-flows by name. */
  readonly flows?: Readonly<Record<string, string>>;
  readonly input?: Json;
  readonly steer?: (steering: Steering, beside: Steering | null) => Promise<void>;
  /** Another execution of the same flow with this input, which begins (and waits somewhere) before the recorded one starts. */
  readonly beside?: { readonly input: Json; readonly waitsAt: string };
  /** Workflow ids of what is recorded too, by the name of its file. */
  readonly alsoRecord?: Readonly<Record<string, string>>;
  /** A short budget of history events, so that it continues as new. */
  readonly short?: true;
}

export function adapterOf(name: string, actions: Adapter['actions'], idempotency: 'safe' | 'none'): Adapter {
  const manifest: Omit<AdapterManifest, 'hash'> = {
    name,
    version: '1.0.0',
    actions: Object.fromEntries(
      Object.keys(actions).map((action) => [action, { idempotency, completion: 'sync' as const }]),
    ),
  };
  return { manifest: { ...manifest, hash: manifestHash(manifest) }, actions };
}

const input = async (params: Json): Promise<Json> => (params as { readonly input: Json }).input;

/** Takes over where `demo` fails: it never does. */
const spareAdapter = adapterOf('spare', { act: async () => 'spare' }, 'safe');
/** Stands in for the script worker: a script's output is its input. */
const scriptAdapter = adapterOf('script', { node: input, python: input, bash: input }, 'none');
export const SCENARIO_ADAPTERS: readonly Adapter[] = [spareAdapter, scriptAdapter];

export interface CompiledScenario {
  readonly flow: FlowIr;
  readonly flows: Readonly<Record<string, FlowIr>>;
}

/** Compiles a scenario and its sub-flows. Throws with the diagnostics. */
export function compileScenario(
  scenario: Pick<Scenario, 'source' | 'flows'>,
  adapters: readonly Adapter[] = [],
): CompiledScenario {
  const manifests = [demoAdapter, ...SCENARIO_ADAPTERS, ...adapters].map(
    ({ manifest }) => [manifest.name, manifest] as const,
  );
  const sources = Object.entries(scenario.flows ?? {});
  const names = new Map(sources.map(([name]) => [name, ['1.0.0'] as readonly string[]]));
  const compileOne = (source: string): FlowIr => {
    const { ir, diagnostics } = compile(source, {
      adapters: new Map([['demo', demoManifest], ...manifests]),
      actions: {},
      flows: names,
    });
    if (ir === undefined)
      throw new Error(diagnostics.map((d) => `${d.line}:${d.column} ${d.code} ${d.message}`).join('\n'));
    return ir;
  };
  return {
    flow: compileOne(scenario.source),
    flows: Object.fromEntries(sources.map(([name, source]) => [name, compileOne(source)])),
  };
}
