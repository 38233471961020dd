import { Fields } from '../answer-fields.ts';
import { CliError } from '../cli-error.ts';
import type { Client } from '../client.ts';
import { listAll } from '../list-all.ts';
import { itemKey, type LocalFile, localFiles, newPath } from './local-files.ts';

/**
 * One file of the server, and what its place in the folder is: `create` is not there, `update` is an earlier version of the server's,
 * `changed` differs from all of them, so it holds work of somebody.
 */
export interface PulledFile {
  readonly operation: 'create' | 'update' | 'changed' | 'unchanged';
  readonly kind: string;
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly content: string;
}
export interface PullPlan {
  readonly files: readonly PulledFile[];
  /** Paths of what only the folder has. They stay. */
  readonly onlyHere: readonly string[];
}

/** How many earlier versions a local file is compared with. */
const MAX_VERSIONS = 50;
const MAX_LISTED = 500;

/** Compares what the server has with a folder. Throws a CliError for names that are no file names, and for two local files of one name. */
export async function planPull(
  client: Client,
  folder: string,
  query: Readonly<Record<string, string | null>>,
): Promise<PullPlan> {
  const { body } = await client.get('/export', { query });
  const local = await localFiles(folder);
  const files: PulledFile[] = [];
  const seen = new Set<string>();
  for (const item of new Fields(body).list('files')) {
    const [kind, name, content] = [item.text('kind'), item.text('name'), item.text('content')];
    const key = itemKey(kind, name);
    const here = local.get(key) ?? [];
    if (here.length > 1)
      throw new CliError(`There are several files of the ${key} here: ${here.map((file) => file.path).join(', ')}.`, {
        hint: 'Remove all but one, or pull into another folder.',
      });
    const path = here[0]?.path ?? newPath(folder, { kind, name, json: item.show('path').endsWith('.json') });
    if (path === null || seen.has(path))
      throw new CliError(
        `The server names a ${kind} ${JSON.stringify(name)}, which can't be a file here. Nothing was written.`,
      );
    seen.add(path);
    const file = { kind, name, version: item.show('version'), path, content };
    files.push({ ...file, operation: await operationOf(client, file, here[0]) });
  }
  const onlyHere = [...local.values()]
    .flat()
    .map((file) => file.path)
    .filter((path) => !seen.has(path));
  return { files, onlyHere };
}

async function operationOf(
  client: Client,
  file: { kind: string; name: string; content: string },
  local: LocalFile | undefined,
): Promise<PulledFile['operation']> {
  if (local === undefined) return 'create';
  if (local.content === file.content) return 'unchanged';
  return file.kind === 'flow' && (await isEarlierVersion(client, file.name, local)) ? 'update' : 'changed';
}

/** Whether the server has had exactly this content as an earlier version: then nothing is lost by writing over it. */
async function isEarlierVersion(client: Client, flow: string, local: LocalFile): Promise<boolean> {
  const path = `/flows/${encodeURIComponent(flow)}/versions`;
  const versions = (await listAll(client, path, { limit: MAX_LISTED })).map((item) => item.text('version'));
  const likely =
    local.version === null ? versions.slice(0, MAX_VERSIONS) : versions.filter((one) => one === local.version);
  for (const version of likely) {
    const answer = await client.get(`${path}/${encodeURIComponent(version)}`, { expect: [404] });
    if (answer.status === 200 && new Fields(answer.body).show('source') === local.content) return true;
  }
  return false;
}
