import { Fault } from './export-verdict.ts';

/** A record has at most some 40 KB; what has lines like this is no export. */
const MAX_LINE = 64 * 1024 * 1024;

/** Lines without their line feed, as many at a time as a chunk ends. Throws a Fault for a last line without line feed: it was cut off. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      const piece = bytes.subarray(start, end);
      lines.push(rest.length === 0 ? piece : Buffer.concat([...rest, piece]));
      rest = [];
      size = 0;
      start = end + 1;
    }
    if (start < bytes.length) {
      rest.push(Buffer.from(bytes.subarray(start))); // a copy: the reader may use its buffer again
      size += bytes.length - start;
    }
    if (size > MAX_LINE) throw new Fault('not_an_export', 'a line has more than 64 MiB');
    yield lines;
  }
  if (size > 0) throw new Fault('tail_cut', 'the file ends in the middle of a line');
}
