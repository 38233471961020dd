import { DURATION, record, setting, TEXT, TEXTS } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const approveSchema: KindSchema = {
  description:
    'Asks a person. The result is `{ approved, by, at, comment, form }`; a rejection is a result, not an error.',
  ...record(
    {
      title: setting('What is asked.', TEXT),
      to: setting('Who may decide: user names and `role:x`. Any one of them decides.', TEXTS),
      form: setting('JSON Schema of what the person fills in.', { type: 'object' }),
      timeout: setting('How long to wait.', DURATION),
      on_timeout: setting('What happens then: `approve`, `reject` or `fail` (default).', {
        enum: ['approve', 'reject', 'fail'],
      }),
    },
    { required: ['title'] },
  ),
};
