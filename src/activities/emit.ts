import type { EventSink } from '../events/sink.ts';
import type { EngineActivities } from './contract.ts';

/** The activity behind `emit`: delivered at least once, with one id, so that each execution and flow sees it once. */
export function createEmit(sink: EventSink): EngineActivities['weir.emit'] {
  return async ({ id, type, source, time, data }) => {
    await sink.deliver({ id, type, source, time, data, headers: {} });
    return { id };
  };
}
