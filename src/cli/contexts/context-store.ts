import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { CliIo } from '../io.ts';
import { configPath } from './config-path.ts';
import { serverAddress } from './same-server.ts';

/** A server and who one is there. */
export interface ServerContext {
  readonly url: string;
  /** Null for a server that knows no identities. */
  readonly token: string | null;
}

export interface Contexts {
  readonly current: string | null;
  readonly contexts: Readonly<Record<string, ServerContext>>;
}

export const NO_CONTEXTS: Contexts = { current: null, contexts: {} };
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MAX_BYTES = 1024 * 1024;

/** Whether a context may have this name. */
export const isContextName = (name: string): boolean => NAME.test(name) && !['constructor', 'prototype'].includes(name);

/**
 * Reads the kept contexts; none when there is no file. Throws a CliError when others may read the file, since it holds tokens,
 * and when it is not what `saveContexts` writes. What it holds is never part of the message.
 */
export function loadContexts(io: Pick<CliIo, 'env'>): Contexts {
  const path = configPath(io);
  if (path === null) return NO_CONTEXTS;
  const text = readPrivate(path);
  if (text === null) return NO_CONTEXTS;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(path, 'it is not JSON');
  }
  return contextsIn(value, path);
}

/** Keeps them: the file is readable by its owner alone, and is replaced as a whole. Throws a CliError where that can't be. */
export function saveContexts(io: Pick<CliIo, 'env'>, contexts: Contexts): string {
  const path = configPath(io);
  if (path === null)
    throw new CliError('There is no place to keep contexts: neither XDG_CONFIG_HOME nor HOME is set.', {
      hint: 'Set WEIR_URL and WEIR_TOKEN instead.',
    });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(file, `${JSON.stringify(contexts, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new CliError(`${path} can't be written: ${reason(error)}`, { cause: error });
  }
  return path;
}

function contextsIn(value: unknown, path: string): Contexts {
  if (!isMap(value) || !isMap(value['contexts'])) throw damaged(path, 'it holds no contexts');
  const contexts: Record<string, ServerContext> = {};
  for (const [name, given] of Object.entries(value['contexts'])) {
    const { url, token = null } = isMap(given) ? given : {};
    if (!isContextName(name)) throw damaged(path, 'a name that no context may have');
    if (typeof url !== 'string' || serverAddress(url) === null) throw damaged(path, `contexts.${name}.url`);
    if (token !== null && (typeof token !== 'string' || token === '')) throw damaged(path, `contexts.${name}.token`);
    contexts[name] = { url, token };
  }
  const current = value['current'];
  return { current: typeof current === 'string' && Object.hasOwn(contexts, current) ? current : null, contexts };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readPrivate(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw new CliError(`${path} can't be read: ${reason(error)}`, { cause: error });
  }
  try {
    const { mode, size } = fstatSync(file); // of what is open, so that it can't be changed in between
    // Windows keeps no such bits: folders of users are private there.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new CliError(
        `${path} holds tokens and others may read or change it (mode ${(mode & 0o777).toString(8)}).`,
        {
          hint: `Make it yours alone: chmod 600 ${path}. If others may have seen it, revoke its tokens: weir tokens revoke ID`,
        },
      );
    if (size > MAX_BYTES) throw damaged(path, 'it is too large');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function damaged(path: string, why: string): CliError {
  return new CliError(`${path} is not a file of contexts (${why}).`, {
    hint: 'Correct it, or remove it and log in again: weir login URL',
  });
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
