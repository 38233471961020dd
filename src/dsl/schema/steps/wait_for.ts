import { DURATION, record, ref, setting, STEPS, TEXT } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const waitForSchema: KindSchema = {
  description: 'Waits for an event. The result is the event; its content is in `.data`.',
  ...record(
    {
      event: setting('Type of the event, such as `order.paid`.', TEXT),
      match: setting("Pattern over the event's data: a value is equality, a list any of.", ref('values')),
      timeout: setting('How long to wait.', DURATION),
      on_timeout: setting('Steps to run when no event came in time. Without them the step fails.', STEPS),
    },
    { required: ['event'] },
  ),
};
