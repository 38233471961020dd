import { ENVIRONMENT_HEADER } from '../events/environment-header.ts';
import type { EventSink } from '../events/sink.ts';
import type { EngineActivities } from './contract.ts';

/**
 * The activity behind `emit`: delivered at least once, with one id, so that each execution and flow sees it once. `environment`: that of
 * the execution, which the event does not leave; left out where there are none.
 */
export function createEmit(sink: EventSink, environment?: string): EngineActivities['weir.emit'] {
  return async ({ id, type, source, time, data }) => {
    const headers = environment === undefined ? {} : { [ENVIRONMENT_HEADER]: environment };
    await sink.deliver({ id, type, source, time, data, headers });
    return { id };
  };
}
