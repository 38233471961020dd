import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckpointSink } from './checkpointer.ts';

const TAIL = 4_096;

/** A file of checkpoints, one a line, that only grows; readable by its owner only. Made with the first checkpoint. */
export function createCheckpointFile(path: string): CheckpointSink {
  let mended = false;
  return {
    async append(line) {
      await mkdir(dirname(path), { recursive: true });
      if (!mended) await cutTornLine(path);
      mended = true;
      const file = await open(path, 'a', 0o600);
      try {
        await file.write(`${line}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
    },
  };
}

/** A line that a crash cut short would spoil the next one. */
async function cutTornLine(path: string): Promise<void> {
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL), 0, TAIL, start);
    const end = start + buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
    if (end < size) await file.truncate(end);
  } finally {
    await file.close();
  }
}
