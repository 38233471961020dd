import { record, setting, TEXT, VALUE } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const failSchema: KindSchema = {
  description: 'Fails with an error of your own, or passes on the error of a handler (`$error`).',
  anyOf: [
    { type: 'string', pattern: '^\\s*(\\$error|\\$\\{\\s*\\$error\\s*\\})\\s*$' },
    record(
      {
        code: setting('A stable code, such as `out_of_stock`.', TEXT),
        message: setting('What happened, for a person.', VALUE),
        details: setting('Data that handlers can use.', VALUE),
      },
      { required: ['code'] },
    ),
  ],
};
