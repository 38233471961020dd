import { ref, setting, TEXT } from '../fragments.ts';
import type { CallSchema } from '../step-schema.ts';

/** A call's settings stand in the step itself. */
export const callSchema: CallSchema = {
  adapter: setting('The adapter to call: a name, or a reference that gives one.', ref('adapter')),
  action: setting(
    "The adapter's action. Left out: the one named like the step, else the adapter's default. Without `adapter`: a bare name (an entry of `actions`, of the catalogue, `adapter.action`, or a flow).",
    TEXT,
  ),
  params: setting("What to pass. What is left out is filled by name from the action's defaults.", ref('values')),
};
