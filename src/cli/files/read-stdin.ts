import type { CliIo } from '../io.ts';

/** All of standard input, as bytes. */
export async function readStdin(io: CliIo): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin as AsyncIterable<Uint8Array | string>) {
    // a Readable iterates over one of the two
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}
