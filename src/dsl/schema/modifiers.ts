import type { Modifier } from '../check/keywords.ts';
import type { JsonObject } from '../ir/index.ts';
import { BOOLEAN, CONDITION, DURATION, ref, setting, STEPS, TEXT, TEXTS, VALUE } from './fragments.ts';

/** What stands beside a kind in a step. */
export const MODIFIER_SCHEMAS: Readonly<Record<Modifier, JsonObject>> = {
  id: setting("The step's name; its result is `$name`.", { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
  description: setting('What this step is for.', TEXT),
  if: setting('The step is skipped when this CEL condition is false.', CONDITION),
  needs: setting('Branches of the same `parallel` that must have ended well before this one starts.', TEXTS),
  retry: setting('How often and how fast to try again; `false` is one attempt.', ref('retry')),
  timeout: setting('Bounds the step with its retries and waiting.', DURATION),
  attempt_timeout: setting('Bounds one try of the call. Default `30s`.', DURATION),
  on_error: setting(
    'What to do when the step has failed after its retries: steps, or handlers `{ match, do }`.',
    ref('handlers'),
  ),
  finally: setting('Steps that run after this one, however it ends.', STEPS),
  continue_on_error: setting('Go on when the step fails; its result is `{ error }`.', BOOLEAN),
  compensate: setting('Steps that undo this one when the flow ends failed, cancelled or timed out.', STEPS),
  idempotency_key: setting('A key that makes repeats of the call harmless at the provider.', VALUE),
  fallback: setting('Adapters to try in turn when this one has failed.', TEXTS),
  await: setting('`callback`: the call starts work, and the result is what `$execution.callback_url` is called with.', {
    enum: ['callback'],
  }),
  callback_timeout: setting('How long to wait for the callback. Default `24h`.', DURATION),
  execution: setting(
    '`local` runs a quick idempotent call without a round trip; needs `attempt_timeout` of at most `1s`.',
    { enum: ['activity', 'local'] },
  ),
  sensitive: setting('Masks the result wherever it is shown.', BOOLEAN),
};
