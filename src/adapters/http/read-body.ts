import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ActionError } from '../action-error.ts';

export interface ReadOptions {
  /** Value of `content-encoding`; `` is none. */
  readonly encoding: string;
  /** Limit of the bytes after decompression. */
  readonly maxBytes: number;
  /** Beyond the limit: true cuts the body off, false is the error `result_too_large`. */
  readonly cut: boolean;
  readonly signal: AbortSignal;
}

const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Reads a stream into memory, decompressed, never holding more than the limit and a chunk. */
export async function readBody(source: Readable, options: ReadOptions): Promise<{ body: Buffer; truncated: boolean }> {
  const decoder = DECODERS[options.encoding.trim().toLowerCase()]?.();
  const stream = decoder === undefined ? source : source.pipe(decoder);
  if (decoder !== undefined) source.once('error', (error) => decoder.destroy(error));
  const stop = (): void => void stream.destroy(new Error('aborted'));
  options.signal.addEventListener('abort', stop, { once: true });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > options.maxBytes) {
        if (!options.cut) throw tooLarge(options.maxBytes);
        chunks.push(chunk.subarray(0, chunk.length - (size - options.maxBytes)));
        return { body: Buffer.concat(chunks), truncated: true };
      }
      chunks.push(chunk);
    }
    return { body: Buffer.concat(chunks), truncated: false };
  } finally {
    options.signal.removeEventListener('abort', stop);
    // Late errors of what is thrown away here must not end the process.
    source.on('error', () => undefined);
    source.destroy();
  }
}

function tooLarge(maxBytes: number): ActionError {
  return new ActionError({
    code: 'result_too_large',
    message: `The answer is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB (${maxBytes} bytes).`,
  });
}
