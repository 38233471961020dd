import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type CompileResult, compile } from '../dsl/index.ts';
import type { FlowIr } from '../dsl/ir/index.ts';
import { flowIdentity } from '../flows/flow-identity.ts';
import { parseFlowRef, pickVersion } from '../flows/flow-ref.ts';
import { FIRST_VERSION } from '../flows/version-history.ts';
import type { FlowUnderTest } from '../testing/index.ts';
import { isFlowFile } from './files/flow-files.ts';
import { shownPath } from './files/shown-path.ts';
import type { EnvironmentLoader } from './load-environment.ts';

interface FlowFile {
  readonly path: string;
  readonly name: string;
  readonly version: string;
}

/** Compiles the flows of tests with the sub-flows beside them; each file and folder once, however many tests use it. */
export class FlowLoader {
  readonly #cwd: string;
  readonly #environments: EnvironmentLoader;
  readonly #compiled = new Map<string, Promise<CompileResult>>();
  readonly #folders = new Map<string, Promise<readonly FlowFile[]>>();

  constructor(options: { cwd: string; environments: EnvironmentLoader }) {
    this.#cwd = options.cwd;
    this.#environments = options.environments;
  }

  /** The flow at a path relative to the test file, or why it can't be tested. Rejects for faults of adapter files. */
  async load(testFile: string, flow: string): Promise<(FlowUnderTest & { readonly path: string }) | string> {
    const path = resolve(dirname(testFile), flow);
    const ir = await this.#flowAt(path);
    if (typeof ir === 'string') return ir;
    const flows: Record<string, FlowIr> = {};
    const open = [ir];
    for (let from = open.pop(); from !== undefined; from = open.pop()) {
      for (const ref of from.flowRefs) {
        if (Object.hasOwn(flows, ref)) continue;
        const found = await this.#resolve(dirname(path), ref);
        if (typeof found === 'string') return found;
        flows[ref] = found;
        open.push(found);
      }
    }
    return { flow: ir, flows, path: shownPath(this.#cwd, path) };
  }

  async #resolve(folder: string, ref: string): Promise<FlowIr | string> {
    const { name, range } = parseFlowRef(ref);
    const candidates = (await this.#flowsIn(folder)).filter((file) => file.name === name);
    const picked = pickVersion(candidates, range);
    if (picked === undefined) return `there is no flow ${ref} beside it`;
    return this.#flowAt(picked.path);
  }

  async #flowAt(path: string): Promise<FlowIr | string> {
    const shown = shownPath(this.#cwd, path);
    const source = await readFile(path).catch(() => null);
    if (source === null) return `there is no file ${shown}`;
    const compiling =
      this.#compiled.get(path) ??
      this.#environments.forFolder(dirname(path)).then((environment) => compile(source, environment));
    this.#compiled.set(path, compiling);
    const { ir, diagnostics } = await compiling;
    if (ir !== undefined) return ir;
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    return errors.map(({ line, column, code, message }) => `${shown}:${line}:${column} ${code} ${message}`).join('; ');
  }

  #flowsIn(folder: string): Promise<readonly FlowFile[]> {
    const known = this.#folders.get(folder) ?? flowsIn(folder);
    this.#folders.set(folder, known);
    return known;
  }
}

async function flowsIn(folder: string): Promise<readonly FlowFile[]> {
  const names = (await readdir(folder)).filter(isFlowFile).sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const flow = flowIdentity(await readFile(path, 'utf8').catch(() => ''));
      return flow === null ? [] : [{ path, name: flow.name, version: flow.version ?? FIRST_VERSION }];
    }),
  );
  return files.flat();
}
