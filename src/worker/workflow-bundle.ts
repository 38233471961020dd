import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** What can be in the bundle; a change in any of it makes a new one. Dependency rules keep the rest out. */
const SOURCES = ['src/workflows', 'src/dsl', 'src/activities/contract.ts', 'package-lock.json'];
/** Bundles kept. */
const KEPT = 6;
const HERE = dirname(fileURLToPath(import.meta.url));

export interface WorkflowBundleOptions {
  /** Entry whose default export is the catch-all workflow; default src/workflows/index.ts. Others are never cached. */
  readonly workflowsPath?: string;
}

/**
 * The code of the workflow sandbox. A built program has it beside it; from source it is made by webpack (about 2 s) and
 * kept under a hash of what goes in, so that tests and restarts share it.
 */
export async function workflowBundle({
  workflowsPath,
}: WorkflowBundleOptions = {}): Promise<{ codePath: string } | { code: string }> {
  if (workflowsPath !== undefined) return { code: await bundle(workflowsPath) };
  // A built program is `dist/<build>/weir.js` with chunks in a folder beside it.
  const built = [join(HERE, 'workflow-bundle.js'), join(HERE, '..', 'workflow-bundle.js')].find((path) =>
    existsSync(path),
  );
  return { codePath: built ?? (await cachedWorkflowBundle(join(HERE, '..', '..'))) };
}

/** Path of the bundle for the sources in the checkout `root`; makes it when they changed. */
export async function cachedWorkflowBundle(root: string): Promise<string> {
  const folder = join(root, 'node_modules', '.cache', 'weir');
  const codePath = join(folder, `workflow-bundle-${hashOf(root)}.js`);
  if (!existsSync(codePath)) {
    const code = await bundle(join(root, 'src', 'workflows', 'index.ts'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${codePath}.${process.pid}`, code);
    renameSync(`${codePath}.${process.pid}`, codePath);
    prune(folder);
  }
  return codePath;
}

/** Keeps the newest few: somebody may be starting with one of them. */
function prune(folder: string): void {
  const bundles = readdirSync(folder)
    .filter((name) => /^workflow-bundle-[0-9a-f]+\.js$/.test(name))
    .map((name) => ({
      path: join(folder, name),
      at: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of bundles.slice(KEPT)) rmSync(path, { force: true });
}

async function bundle(workflowsPath: string): Promise<string> {
  const lines: string[] = [];
  const logger = new DefaultLogger('WARN', ({ message }) => void lines.push(message));
  try {
    return (await bundleWorkflowCode({ workflowsPath, logger })).code;
  } catch (error) {
    throw new Error(`The workflow bundle can't be made:\n${lines.join('\n')}`, { cause: error });
  }
}

function hashOf(root: string): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(root, source);
    const files = source.includes('.') ? [path] : sourceFiles(path);
    for (const file of files) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?[jt]s$/.test(name) && !name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(folder, name));
}
