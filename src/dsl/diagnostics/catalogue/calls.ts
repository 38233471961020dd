import type { CatalogueEntry } from './entry.ts';

/** WEIR50xx: what calls mean. */
export const CALL_CODES = {
  WEIR5001: {
    severity: 'error',
    title: 'A name that nothing answers to',
    explanation:
      "A bare name is looked up among the flow's `actions`, the organisation's catalogue (`actions.yaml`), `adapter.action`, action names that exactly one adapter has, and flows.",
    bad: 'steps:\n  - send_emial',
    fix: 'steps:\n  - send_email',
  },
  WEIR5002: {
    severity: 'error',
    title: 'A name that several things answer to',
    explanation: 'More than one adapter has an action of this name.',
    bad: 'steps:\n  - send',
    fix: 'steps:\n  - mail.send',
  },
  WEIR5003: {
    severity: 'error',
    title: 'Unknown adapter',
    explanation: 'No adapter of this name is registered.',
    bad: 'a: { adapter: htpp, action: request }',
    fix: 'a: { adapter: http, action: request }',
  },
  WEIR5004: {
    severity: 'error',
    title: 'Unknown action',
    explanation: 'The adapter has no action of this name.',
    bad: 'a: { adapter: http, action: get }',
    fix: 'a: { adapter: http, action: request }',
  },
  WEIR5005: {
    severity: 'error',
    title: 'Which action?',
    explanation:
      'The call names an adapter only; the adapter has no action named like the step, and no default action.',
    bad: 'notify: { adapter: stripe }',
    fix: 'notify: { adapter: stripe, action: charge_card }',
  },
  WEIR5006: {
    severity: 'error',
    title: 'A required param is missing',
    explanation: 'The action needs this param; neither the step nor the defaults of the action give it.',
    bad: 'a: { adapter: http, action: request, params: { method: GET } }',
    fix: 'a: { adapter: http, action: request, params: { method: GET, url: "https://example.com" } }',
  },
  WEIR5007: {
    severity: 'error',
    title: 'A param that does not fit',
    explanation: "The value breaks the action's input schema, or the action has no such param.",
    bad: 'a: { adapter: http, action: request, params: { method: 5, url: "https://example.com" } }',
    fix: 'a: { adapter: http, action: request, params: { method: GET, url: "https://example.com" } }',
  },
  WEIR5008: {
    severity: 'warning',
    title: 'A flow that is not known here',
    explanation:
      'No flow of this name, or no version in this range, is known now. It is looked up when the execution starts.',
    bad: 'steps:\n  - flow: not-there-yet@^1',
    fix: 'Publish the flow first.',
  },
  WEIR5009: {
    severity: 'error',
    title: 'Not a flow reference',
    explanation: 'A flow is called by `name` or `name@range`, with a range of semantic versions.',
    bad: 'steps:\n  - flow: Billing@newest',
    fix: 'steps:\n  - flow: billing@^1.2.0',
  },
} as const satisfies Record<string, CatalogueEntry>;
