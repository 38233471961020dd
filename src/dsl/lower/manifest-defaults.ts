import type { ActionManifest } from '../../adapters/manifest.ts';
import { parseDuration } from '../expressions/index.ts';
import type { Duration, Retry } from '../check/model.ts';
import { defined } from '../check/read/retry.ts';
import type { Json } from '../ir/index.ts';

/** dsl.md, section 6: one try of a call. */
export const DEFAULT_ATTEMPT_TIMEOUT_MS = 30_000;

/** The manifest's retry as a layer under the flow's. What is malformed there counts as left out. */
export function manifestRetry(definition: ActionManifest | undefined): Retry | false | undefined {
  const retry = definition?.retry;
  if (retry === undefined || retry === false) return retry;
  return defined({
    attempts: number(retry['attempts']),
    backoff: (['exponential', 'linear', 'constant'] as const).find((word) => word === retry['backoff']),
    initial: duration(retry['initial']),
    factor: number(retry['factor']),
    maxInterval: duration(retry['max_interval']),
    jitter: number(retry['jitter']),
    maxDuration: duration(retry['max_duration']),
    on: texts(retry['on']),
    notOn: texts(retry['not_on']),
  });
}

export function manifestAttemptTimeout(definition: ActionManifest | undefined): Duration | undefined {
  return duration(definition?.attempt_timeout);
}

function number(json: Json | undefined): number | undefined {
  return typeof json === 'number' ? json : undefined;
}

function duration(json: Json | undefined): number | undefined {
  return typeof json === 'string' ? (parseDuration(json) ?? undefined) : undefined;
}

function texts(json: Json | undefined): string[] | undefined {
  return Array.isArray(json) ? (json as readonly Json[]).filter((each) => typeof each === 'string') : undefined;
}
