import type { TriggerEvent } from '../workflows/contract.ts';

/** Header (a CloudEvents extension) of an event that stays in one environment: set on what a flow emits; senders may set it too. */
export const ENVIRONMENT_HEADER = 'weirenvironment';

/** The environment that an event stays in; null: it is for all. */
export function environmentOf({ headers }: Pick<TriggerEvent, 'headers'>): string | null {
  const environment = headers[ENVIRONMENT_HEADER];
  return typeof environment === 'string' ? environment : null;
}
