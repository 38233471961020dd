/** Names shared by the coordinator of a concurrency key and those who ask it. */
export const COORDINATOR_TYPE = 'weirConcurrency';
/** Update: SlotRequest → 'granted' | 'queued' | 'rejected'. Asking again is harmless. */
export const REQUEST_SLOT = 'weir.request_slot';
/** Signal: holder's execution id. */
export const SLOT_RELEASED = 'weir.slot_released';

/** Workflow id of the coordinator for a flow, environment and key; of an organisation, where there are several. */
export function coordinatorId(place: {
  organisation: string | undefined;
  environment: string;
  flow: string;
  key: string;
}): string {
  const where = place.organisation === undefined ? place.environment : `${place.organisation}/${place.environment}`;
  return `weir-concurrency:${where}:${place.flow}:${place.key.slice(0, 500)}`;
}
