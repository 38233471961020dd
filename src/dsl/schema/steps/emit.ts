import { record, setting, TEXT, VALUE } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const emitSchema: KindSchema = {
  description: 'Sends an event. The result is `{ id }`.',
  ...record(
    { type: setting('Type of the event, such as `order.paid`.', TEXT), data: setting('Its content.', VALUE) },
    { required: ['type'] },
  ),
};
