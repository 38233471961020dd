import { DURATION, record, setting, TEXT, VALUE } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const scriptSchema: KindSchema = {
  description: 'Runs a script on a script worker. The result is its JSON output.',
  ...record(
    {
      runtime: setting('What runs it.', { enum: ['node', 'python', 'bash'] }),
      source: setting('The script itself.', TEXT),
      file: setting('Path of a file beside the flow.', TEXT),
      input: setting('What it reads, as JSON.', VALUE),
      timeout: setting('How long it may take.', DURATION),
    },
    { required: ['runtime'], oneOf: [{ required: ['source'] }, { required: ['file'] }] },
  ),
};
