import type { Retry } from '../check/model.ts';
import type { RetryIr } from '../ir/index.ts';
import { lowerCount, lowerDuration, optional } from './value.ts';

/** dsl.md, section 6. Durations in milliseconds; `attempts` counts the first try. */
export const DEFAULT_RETRY: RetryIr = {
  attempts: 3,
  backoff: 'exponential',
  initial: 1000,
  factor: 2,
  maxInterval: 60_000,
  jitter: 0.2,
};

/** Retry layers merged, the later over the earlier, over the defaults. `false` is one attempt. */
export function mergeRetry(...layers: readonly (Retry | false | undefined)[]): RetryIr {
  return layers.reduce<RetryIr>((merged, layer) => {
    if (layer === undefined) return merged;
    return layer === false ? { ...merged, attempts: 1 } : { ...merged, ...lowerLayer(layer) };
  }, DEFAULT_RETRY);
}

function lowerLayer(layer: Retry): Partial<RetryIr> {
  return {
    ...optional('attempts', layer.attempts, lowerCount),
    ...optional('backoff', layer.backoff, (backoff) => backoff),
    ...optional('initial', layer.initial, lowerDuration),
    ...optional('factor', layer.factor, (factor) => factor),
    ...optional('maxInterval', layer.maxInterval, lowerDuration),
    ...optional('jitter', layer.jitter, (jitter) => jitter),
    ...optional('maxDuration', layer.maxDuration, lowerDuration),
    ...optional('on', layer.on, (on) => on),
    ...optional('notOn', layer.notOn, (notOn) => notOn),
  };
}
