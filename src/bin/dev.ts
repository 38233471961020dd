import type { DevServer, StartDevOptions } from '../cli/io.ts';
import { createCloseStack } from './close-stack.ts';
import { startDevControl } from './dev-control.ts';
import { startDevFolder } from './dev-folder.ts';

/**
 * `weir dev`: everything in one process. On a folder of flows without a database, otherwise the whole control plane on an embedded
 * PostgreSQL. Resolves when it answers; `close` drains and leaves nothing behind. Rejects with what to do, after undoing what
 * had started.
 */
export async function startDev(options: StartDevOptions): Promise<DevServer> {
  const stack = createCloseStack();
  const { flowsDir } = options;
  try {
    const started =
      flowsDir === undefined
        ? await startDevControl(options, stack.add)
        : await startDevFolder({ ...options, flowsDir }, stack.add);
    return { ...started, close: stack.close };
  } catch (error) {
    await stack.close().catch(() => undefined);
    throw error;
  }
}
