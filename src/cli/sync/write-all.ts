import { randomBytes } from 'node:crypto';
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { CliError } from '../cli-error.ts';

/**
 * Writes files below `folder`: first all beside their places, then each is moved there, so that a full disk changes nothing.
 * Throws a CliError where a link leads out of the folder, or something can't be written.
 */
export async function writeAll(folder: string, files: readonly { path: string; content: string }[]): Promise<void> {
  const prepared: { path: string; temporary: string }[] = [];
  try {
    await mkdir(folder, { recursive: true });
    const root = await realpath(folder);
    for (const { path, content } of files) {
      await mkdir(dirname(path), { recursive: true });
      const parent = await realpath(dirname(path));
      if (parent !== root && (relative(root, parent).startsWith('..') || !parent.startsWith(root + sep)))
        throw new CliError(`${dirname(path)} leads out of ${folder}.`);
      const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
      prepared.push({ path, temporary });
      await writeFile(temporary, content, { flag: 'wx' });
    }
    for (const { path, temporary } of prepared) await rename(temporary, path);
  } catch (error) {
    await Promise.all(prepared.map(({ temporary }) => rm(temporary, { force: true })));
    if (error instanceof CliError) throw error;
    throw new CliError(`The files can't be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
