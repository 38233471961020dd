import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile, access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { withFolderLock } from './folder-lock.ts';

/** The CLI whose server (1.29.1) and Web UI (2.42) everything here was measured with. Newer ones can't be built by `go install`. */
export const TEMPORAL_CLI_VERSION = '1.5.1';
const RELEASES = `https://github.com/temporalio/cli/releases/download/v${TEMPORAL_CLI_VERSION}`;
/** A machine without a way out must learn it fast: time for the connection and the first bytes, and for the whole file. */
const FIRST_BYTES_MS = 5_000;
const WHOLE_FILE_MS = 120_000;

export interface InstallTemporalOptions {
  /** Where the binary goes; its folder is made. */
  readonly target: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
}

/**
 * Puts the Temporal CLI at `target`: the official release (checked against its published SHA-256), else built by Go.
 * Two processes at once wait for each other; the file appears whole or not at all.
 */
export async function installTemporal({ target, env, log }: InstallTemporalOptions): Promise<void> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  await withFolderLock(join(folder, '.temporal.lock'), log, async () => {
    if (await exists(target)) return;
    const room = await mkdtemp(join(folder, '.temporal-'));
    try {
      const reasons: string[] = [];
      for (const obtain of [download, build]) {
        try {
          const binary = await obtain(room, env, log);
          await chmod(binary, 0o755);
          await rename(binary, target);
          return;
        } catch (error) {
          reasons.push(`${obtain.name}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
        }
      }
      throw new Error(
        `No Temporal server found and none could be installed (${reasons.join('; ')}). ` +
          'Install the Temporal CLI (https://docs.temporal.io/cli), put it on PATH, or set TEMPORAL_ADDRESS to a running server.',
      );
    } finally {
      await rm(room, { recursive: true, force: true });
    }
  });
}

async function download(
  room: string,
  _env: InstallTemporalOptions['env'],
  log: (line: string) => void,
): Promise<string> {
  const os = { linux: 'linux', darwin: 'darwin' }[process.platform as string];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (!os || !arch) throw new Error(`no release for ${process.platform} ${process.arch}`);
  const name = `temporal_cli_${TEMPORAL_CLI_VERSION}_${os}_${arch}.tar.gz`;
  const sums = (await fetchBytes(`${RELEASES}/checksums.txt`, FIRST_BYTES_MS)).toString('utf8');
  const wanted = sums
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, file]) => file === name)?.[0];
  if (!wanted) throw new Error(`no checksum published for ${name}`);
  log(`downloading Temporal CLI ${TEMPORAL_CLI_VERSION} (about 50 MB, once)`);
  const archive = await fetchBytes(`${RELEASES}/${name}`, WHOLE_FILE_MS);
  const got = createHash('sha256').update(archive).digest('hex');
  if (got !== wanted) throw new Error(`checksum of ${name} is ${got}, published is ${wanted}`);
  await writeFile(join(room, name), archive);
  await promisify(execFile)('tar', ['-xzf', join(room, name), '-C', room, 'temporal']);
  return join(room, 'temporal');
}

async function build(room: string, env: InstallTemporalOptions['env'], log: (line: string) => void): Promise<string> {
  await promisify(execFile)('go', ['version'], { env: { ...env } }).catch(() => {
    throw new Error('Go is not installed');
  });
  log(`building Temporal CLI ${TEMPORAL_CLI_VERSION} with Go (3 to 5 minutes, once)`);
  const started = Date.now();
  const ticker = setInterval(
    () => log(`still building, ${Math.round((Date.now() - started) / 1000)} s so far`),
    30_000,
  );
  try {
    await promisify(execFile)(
      'go',
      ['install', '-ldflags=-s -w', `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`],
      { env: { ...env, GOBIN: room, CGO_ENABLED: '0' }, maxBuffer: 64 * 1024 * 1024, timeout: 15 * 60_000 },
    );
  } finally {
    clearInterval(ticker);
  }
  return join(room, 'temporal');
}

async function fetchBytes(url: string, timeoutMs: number): Promise<Buffer> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
    throw new Error(`${new URL(url).host} cannot be reached`, { cause: error });
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
