import { expect, inject, it } from 'vitest';
import { comparable } from '../run/corpus.ts';
import { outcomeOf } from '../run/temporal-wiring.ts';
import { KILL_FLOWS } from './kill-flows.ts';
import { KillRoom } from './kill-room.ts';

it('without a cache, replaying all for each task, executions come to the same', { timeout: 60_000 }, async () => {
  const room = await KillRoom.open(inject('temporalAddress'), 'cache');
  try {
    const compiled = Object.entries(KILL_FLOWS).map(([name, source]) => [name, room.compile(source)] as const);
    const traces: Record<string, readonly string[]>[] = [];
    for (const maxCachedWorkflows of [undefined, 0]) {
      const worker = await room.startWorker({ ...(maxCachedWorkflows !== undefined && { maxCachedWorkflows }) });
      const ran = await Promise.all(
        compiled.map(async ([name, flow]) => {
          const id = `cache-${name}-${String(maxCachedWorkflows)}-${process.pid}`;
          const outcome = await outcomeOf(await room.start(flow, id));
          const { reader, events } = await room.read(id);
          expect(reader.status).toBe(outcome.status);
          expect(events.some((event) => event.workflowTaskFailedEventAttributes)).toBe(false);
          return [name, [...comparable(reader.trace)].sort()] as const;
        }),
      );
      traces.push(Object.fromEntries(ran));
      await worker.kill();
    }
    expect(traces[1]).toEqual(traces[0]);
    expect(Object.keys(traces[0] ?? {})).toEqual(Object.keys(KILL_FLOWS));
  } finally {
    await room.close();
  }
});
