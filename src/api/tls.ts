import { X509Certificate } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { createSecureContext } from 'node:tls';

/** Paths of PEM files: the certificate with its chain, and its private key. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}
export interface Pem {
  readonly cert: Buffer;
  readonly key: Buffer;
}
export interface Certificate {
  readonly current: () => Pem;
  /** Called with each pair that fits together; a pair that does not is left alone, and told in the log. */
  readonly onChange: (listener: (pem: Pem) => void) => void;
  readonly close: () => void;
}

/** The two files are rarely written at the same instant. */
const SETTLE_MS = 500;

/**
 * Reads a certificate, and reads it again when a file of its folders changes or on SIGHUP, so that a renewed one is served
 * without a restart. Folders are watched, as renewers replace files (and links to folders) rather than write them. Rejects
 * when the first pair is missing or does not fit together.
 */
export async function openCertificate(
  files: TlsFiles,
  log: (level: 'warn' | 'info', message: string, fields: Readonly<Record<string, unknown>>) => void = () => undefined,
): Promise<Certificate> {
  let current = await readPair(files);
  const listeners: ((pem: Pem) => void)[] = [];
  let pending: NodeJS.Timeout | undefined;
  const reload = async (): Promise<void> => {
    try {
      const fresh = await readPair(files);
      if (fresh.cert.equals(current.cert) && fresh.key.equals(current.key)) return;
      current = fresh;
      for (const listener of listeners) listener(fresh);
      log('info', 'the certificate was read again', { valid_to: new X509Certificate(fresh.cert).validTo });
    } catch (error) {
      log('warn', 'the changed certificate can not be used; the one before is served on', { error });
    }
  };
  const soon = (): void => {
    clearTimeout(pending);
    pending = setTimeout(() => void reload(), SETTLE_MS);
  };
  const watchers: FSWatcher[] = [...new Set([dirname(files.cert), dirname(files.key)])].map((folder) =>
    watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || [basename(files.cert), basename(files.key), '..data'].includes(name)) soon();
    }).on('error', () => undefined),
  );
  process.on('SIGHUP', soon);
  return {
    current: () => current,
    onChange: (listener) => void listeners.push(listener),
    close() {
      clearTimeout(pending);
      process.off('SIGHUP', soon);
      for (const watcher of watchers) watcher.close();
    },
  };
}

async function readPair({ cert, key }: TlsFiles): Promise<Pem> {
  const pem = { cert: await readFile(cert), key: await readFile(key) };
  createSecureContext(pem); // throws where they do not belong together
  return pem;
}
