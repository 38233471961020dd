import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const ATTEMPTS = 5;

/** The built program, as `bin/weir.mjs` runs it; a copy, so that nobody who edits or builds meanwhile changes what is started again. */
export interface Program {
  /** For `node`. */
  readonly path: string;
  readonly remove: () => void;
}

export async function buildProgram(): Promise<Program> {
  const module: unknown = await import(pathToFileURL(join(ROOT, 'scripts', 'source-stamp.mjs')).href);
  const { sourceStamp } = module as { sourceStamp: (root: string) => string }; // as its JSDoc says
  for (let attempt = 1; ; attempt++) {
    await promisify(execFile)(process.execPath, [join(ROOT, 'bin', 'weir.mjs'), '--version']);
    const built = join(ROOT, 'dist', sourceStamp(ROOT));
    // Below dist: packages are found from there, and the build's own cleaning leaves it alone.
    const room = mkdtempSync(join(ROOT, 'dist', '.faults-'));
    const remove = (): void => rmSync(room, { recursive: true, force: true });
    if (existsSync(join(built, 'weir.js'))) {
      cpSync(built, room, { recursive: true });
      return { path: join(room, 'weir.js'), remove };
    }
    remove(); // the sources changed while they were built
    if (attempt === ATTEMPTS) throw new Error('the sources change faster than they can be built');
  }
}
