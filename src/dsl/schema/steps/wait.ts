import { DURATION, record, setting, TEXT } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const waitSchema: KindSchema = {
  description: 'Waits for a while (`5m`), or until a point in time.',
  anyOf: [
    DURATION,
    record(
      { until: setting('A timestamp in ISO 8601, or an expression that gives one. A past one goes on at once.', TEXT) },
      { required: ['until'] },
    ),
  ],
};
