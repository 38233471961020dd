// What every adapter promises, as tests: run against each one, coded or described. A new adapter calls this from its test.
import { describe, expect, test } from 'vitest';
import type { Json } from '../../dsl/ir/json.ts';
import { ActionError } from '../action-error.ts';
import type { ActionContext, Adapter } from '../adapter.ts';
import { manifestHash } from '../manifest-hash.ts';
import { schemaFault, validateAgainst } from '../schema-validator.ts';

export interface ActionScenario {
  /** Params of a call that succeeds. Default the manifest's example. */
  readonly params?: Json;
  /** Params of a call that never gets an answer; null where an action can't hang, with the reason in `cannotHang`. */
  readonly hanging: Json | null;
  readonly cannotHang?: string;
  /** Params of a call that fails in a way that may be tried again; null where an action can't fail so. */
  readonly failing: Json | null;
  /** Calls that the other side has seen so far. */
  readonly calls: () => number;
}
export interface ContractSuiteOptions {
  readonly adapter: () => Adapter;
  /** One for each action, by name: a missing one is a failure. */
  readonly scenarios: () => Readonly<Record<string, ActionScenario>>;
  readonly context: (over: Partial<ActionContext>) => ActionContext;
}

const NAME = /^[a-z][a-z0-9_]*$/;
const IDEMPOTENCY: readonly unknown[] = ['safe', 'key', 'none'];

export function adapterContractSuite(title: string, { adapter, scenarios, context }: ContractSuiteOptions): void {
  const actionNames = (): readonly string[] => Object.keys(adapter().manifest.actions);
  const scenarioOf = (name: string): ActionScenario => {
    const scenario = scenarios()[name];
    if (scenario === undefined) throw new Error(`no scenario for the action ${name}`);
    return scenario;
  };
  const call = (name: string, params: Json, over: Partial<ActionContext> = {}): Promise<Json> => {
    const action = adapter().actions[name];
    if (action === undefined) throw new Error(`no function for the action ${name}`);
    return action(params, context(over));
  };

  describe(`contract of the adapter ${title}`, () => {
    test('the manifest is complete and its names can be written in a flow', () => {
      const { manifest, actions } = adapter();
      expect(manifest.name).toMatch(NAME);
      expect(manifest.version).toMatch(/^\d+\.\d+\.\d+/);
      expect(manifest.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(Object.keys(actions).sort()).toEqual([...actionNames()].sort());
      if (manifest.default_action !== undefined) expect(actionNames()).toContain(manifest.default_action);
      for (const [name, action] of Object.entries(manifest.actions)) {
        expect(name).toMatch(NAME);
        const methodParam = typeof action.idempotency === 'object' ? action.idempotency.method_param : null;
        if (methodParam === null) expect(IDEMPOTENCY).toContain(action.idempotency);
        else expect(JSON.stringify(action.input)).toContain(`"${methodParam}"`);
        for (const schema of [action.input, action.output, action.callback_schema])
          if (schema !== undefined) expect(schemaFault(schema)).toBeNull();
      }
    });

    test('the manifest is data: it survives JSON, and the hash is stable', () => {
      const { manifest } = adapter();
      expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
      expect(adapter().manifest.hash).toBe(manifest.hash);
      expect(manifestHash({ ...manifest, version: '0.0.0-other' })).not.toBe(manifest.hash);
    });

    test('examples satisfy their input schemas', () => {
      for (const [name, action] of Object.entries(adapter().manifest.actions)) {
        expect(action.example, `${name} has no example`).toBeDefined();
        expect(validateAgainst(action.input ?? {}, action.example), name).toEqual([]);
      }
    });

    test('a call that succeeds gives JSON that satisfies the output schema, and reaches the other side at most once', async () => {
      for (const name of actionNames()) {
        const { params, calls } = scenarioOf(name);
        const { input = {}, output = {}, example = {} } = adapter().manifest.actions[name] ?? {};
        expect(validateAgainst(input, params ?? example), name).toEqual([]);
        const before = calls();
        const result = await call(name, params ?? example);
        expect(calls() - before, name).toBeLessThanOrEqual(1);
        expect(JSON.parse(JSON.stringify(result)), name).toEqual(result);
        expect(validateAgainst(output, result), name).toEqual([]);
      }
    });

    test('abort ends a call soon, with an ActionError', async () => {
      for (const name of actionNames()) {
        const { hanging, cannotHang } = scenarioOf(name);
        if (hanging === null) {
          expect(cannotHang, `${name}: say why it can't hang`).toBeTruthy();
          continue;
        }
        const begun = Date.now();
        const error: unknown = await call(name, hanging, { signal: AbortSignal.timeout(150) }).catch(
          (thrown: unknown) => thrown,
        );
        expect(error, name).toBeInstanceOf(ActionError);
        expect(Date.now() - begun, name).toBeLessThan(1500);
      }
    });

    test('a call never tries again by itself', async () => {
      for (const name of actionNames()) {
        const { failing, calls } = scenarioOf(name);
        if (failing === null) continue;
        const before = calls();
        const error: unknown = await call(name, failing).catch((thrown: unknown) => thrown);
        expect(error, name).toBeInstanceOf(ActionError);
        expect((error as ActionError).code, name).toMatch(NAME);
        expect((error as ActionError).retryable, name).toBe(true);
        expect(calls() - before, name).toBe(1);
      }
    });
  });
}
