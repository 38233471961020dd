import { METHODS, OVERLAPS, VERIFIERS } from '../check/read-triggers.ts';
import type { JsonObject } from '../ir/index.ts';
import { DURATION, record, ref, setting, TEXT, VALUE } from './fragments.ts';

const INPUT = setting("Maps the event (`$trigger`) to inputs. Left out, the event's data is the input.", VALUE);

/** What starts a flow (dsl.md, section 8). */
export function triggerDefinitions(): Record<string, JsonObject> {
  return {
    trigger: {
      title: 'Trigger',
      description:
        'What starts the flow: an event type such as `webhook.received`, `manual`, or a map with `schedule`, `webhook`, `event` or `flow`.',
      anyOf: [
        TEXT,
        record(
          {
            schedule: setting('A cron expression of five fields, such as `0 9 * * 1-5`.', TEXT),
            timezone: setting('A name of the IANA time zone database. Default UTC.', TEXT),
            overlap: setting('What to do when the last run still goes on.', { enum: [...OVERLAPS] }),
            catchup: setting('How far back missed runs are made up for.', DURATION),
            input: INPUT,
          },
          { required: ['schedule'] },
        ),
        record(
          {
            webhook: setting('Name of the webhook: the last part of its address.', TEXT),
            method: setting('HTTP method. Default POST.', { enum: [...METHODS] }),
            verify: setting('How the sender proves itself.', { enum: [...VERIFIERS] }),
            secret: setting('Name of the secret that signatures are checked with.', TEXT),
            respond: setting("`accepted` answers at once, `result` with the flow's output.", {
              enum: ['accepted', 'result'],
            }),
            input: INPUT,
          },
          { required: ['webhook'] },
        ),
        record(
          {
            event: setting('Type of the event, or a pattern such as `order.*`.', TEXT),
            match: setting("Pattern over the event's data: a value is equality, a list any of.", { type: 'object' }),
            correlate: setting('Expression that groups events.', VALUE),
            dedupe: setting('Value that makes events the same.', VALUE),
            within: setting('Time in which events belong together.', DURATION),
            input: INPUT,
          },
          { required: ['event'] },
        ),
        record(
          {
            flow: setting('Name of the flow whose end starts this one.', TEXT),
            on: setting('Which end. Default `completed`.', { enum: ['completed', 'failed'] }),
            input: INPUT,
          },
          { required: ['flow'] },
        ),
      ],
    },
    triggers: { anyOf: [ref('trigger'), { type: 'array', minItems: 1, items: ref('trigger') }] },
  };
}
