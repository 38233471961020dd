import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, relative, sep } from 'node:path';
import { flowIdentity } from '../../flows/flow-identity.ts';
import { CliError, usageError } from '../cli-error.ts';
import { expandFiles } from '../files/expand-files.ts';
import { isFlowFile, isTestFile } from '../files/flow-files.ts';
import { shownPath } from '../files/shown-path.ts';

/** A file to push. `path` is how the server and people name it. */
export interface PushedFile {
  readonly path: string;
  readonly content: string;
}

/** What the server takes in one go (src/api/routes/import.ts). */
const MAX_FILES = 2_000;
const MAX_FILE_BYTES = 256 * 1024;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The flows, adapter files (in a folder `adapters`) and action catalogues that the paths mean. Other files of folders are left out,
 * tests too; a file that is named itself must be one of these. Throws a CliError for what can't be sent, naming the file.
 */
export async function collectFiles(options: {
  cwd: string;
  patterns: readonly string[];
}): Promise<readonly PushedFile[]> {
  const files: PushedFile[] = [];
  let total = 0;
  for (const { path, named } of await expandFiles({ ...options, wanted: (name) => /\.(ya?ml|json)$/i.test(name) })) {
    const kept = await matters(path);
    if (kept === null) {
      if (named)
        throw usageError(
          `${shownPath(options.cwd, path)} is no flow, adapter file or action catalogue.`,
          isTestFile(path) ? 'Tests stay where they are: weir test' : undefined,
        );
      continue;
    }
    const shown = pushedPath(options.cwd, path);
    if (files.some((file) => file.path === shown))
      throw usageError(`Two files would both be ${shown} on the server.`, 'Push from a folder that is above both.');
    total += Buffer.byteLength(kept);
    files.push({ path: shown, content: kept });
  }
  if (files.length > MAX_FILES)
    throw new CliError(`These are ${files.length} files; the server takes ${MAX_FILES} at once.`, {
      hint: 'Push parts of the folder.',
    });
  if (total > MAX_BYTES * 0.95)
    throw new CliError(
      `These are ${Math.ceil(total / 1024 / 1024)} MiB; the server takes ${MAX_BYTES / 1024 / 1024} MiB at once.`,
      { hint: 'Push parts of the folder.' },
    );
  return files;
}

/** The content of a file that matters to the server; null for others. */
async function matters(path: string): Promise<string | null> {
  if (isTestFile(path)) return null;
  const known = isAdapterFile(path) || isCatalogue(path) || /\.flow\.(ya?ml|json)$/i.test(path);
  if (!known && !isFlowFile(path)) return null;
  const { size } = await stat(path);
  if (size > MAX_FILE_BYTES) {
    if (!known) return null;
    throw new CliError(`${path} is larger than ${MAX_FILE_BYTES / 1024} KiB.`);
  }
  const content = decoded(path, await readFile(path));
  return known || flowIdentity(content) !== null ? content : null;
}

const isAdapterFile = (path: string): boolean => basename(dirname(path)) === 'adapters' && /\.ya?ml$/i.test(path);
const isCatalogue = (path: string): boolean => /^actions\.ya?ml$/i.test(basename(path));

/** With `/`, relative to the working folder; what lies outside it, or in a working folder called `adapters`, by its own folder. */
function pushedPath(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  const shown =
    inside.startsWith('..') || (isAdapterFile(path) && dirname(inside) === '.')
      ? `${basename(dirname(path))}/${basename(path)}`
      : inside;
  return shown.split(sep).join('/');
}

function decoded(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CliError(`${path} is not UTF-8.`);
  }
}
