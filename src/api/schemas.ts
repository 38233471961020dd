import { z } from 'zod';
import { parseDuration } from '../dsl/expressions/index.ts';
import type { Json } from '../dsl/ir/json.ts';
import { isExecutionId } from '../executions/execution-id.ts';
import { EXECUTION_STATUSES } from '../workflows/contract.ts';

/** Any JSON; the parser made it, so there is nothing to check. */
export const JSON_VALUE = z.custom<Json>((value) => value !== undefined, 'is required').describe('any JSON');

export const EXECUTION_ID = z.string().refine(isExecutionId, 'is not an execution id').meta({
  description: 'id of an execution',
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(~[^\\p{Cc}]{1,900})?$',
});
export const FLOW_ID = z
  .string()
  .regex(/^([A-Za-z][A-Za-z0-9_-]{0,63}|[0-9][0-9a-f]{7}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, 'is not a flow name or id')
  .describe('name or id of the flow');
export const STEP = z
  .string()
  .min(1)
  .max(1_000)
  .describe('path of a step, `each[2].fetch`, or an id, which means its only or latest instance');
/** As in answers: exact, pre-releases included. */
export const VERSION = z
  .string()
  .max(100)
  .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'is not a version');
export const VERSION_RANGE = z.string().min(1).max(100).describe('a version, or a semver range');
export const TAG = z.string().regex(/^[^'"`\\\p{Cc}]{1,100}$/u, 'is not a tag');
/** A flag in the query: there (`?force`) or `true` is yes, `false` or left out is no. */
export const FLAG = z
  .enum(['', 'true', 'false'])
  .default('false')
  .transform((value) => value !== 'false');
export const ENVIRONMENT = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'is not an environment');

const N = String.raw`[0-9]{1,6}(\.[0-9]{1,3})?`;
/** What documents a duration; parseDuration() decides. */
const DURATION_PATTERN = ['w', 'd', 'h', 'm', 's', 'ms'].map((unit) => `(${N}${unit})?`).join('');
const ISO_PATTERN =
  'P[0-9]{1,6}[WD]|PT([0-9]{1,6}H)?[0-9]{1,6}M([0-9]{1,6}S)?|PT[0-9]{1,6}[HS]|P[0-9]{1,6}DT[0-9]{1,6}[HMS]';
const DURATION_META = { minLength: 1, pattern: `^(${DURATION_PATTERN}|${ISO_PATTERN})$` };
/** For parameters that take an instant, or a duration back from now. */
export const INSTANT_OR_DURATION_META = { anyOf: [{ format: 'date-time' }, { format: 'date' }, DURATION_META] };

/** `10s`, `5m`, ISO 8601: milliseconds, at most `maxMs` (longer is cut). */
export function duration(maxMs: number) {
  return z
    .string()
    .max(40)
    .meta(DURATION_META)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === null || ms < 0) {
        context.addIssue({ code: 'custom', message: 'is not a duration such as 10s' });
        return z.NEVER;
      }
      return Math.min(ms, maxMs);
    });
}

export const STATUS = z.enum(EXECUTION_STATUSES);
const LINKS = z.record(z.string(), z.string());
const ERROR = z.looseObject({ code: z.string(), message: z.string() });

export const DIAGNOSTIC = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  path: z.string(),
  line: z.int(),
  column: z.int(),
  end_line: z.int(),
  end_column: z.int(),
  hint: z.string().optional(),
});
export const STARTED = z.object({
  execution_id: z.string(),
  flow: z.string(),
  version: z.string(),
  status: STATUS,
  links: LINKS,
});
const SUMMARY = z.object({
  execution_id: z.string(),
  flow: z.string(),
  version: z.string(),
  status: STATUS,
  environment: z.string(),
  tags: z.array(z.string()),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  links: LINKS,
});
const STEP_VIEW = z.object({
  id: z.string(),
  path: z.string(),
  kind: z.string(),
  adapter: z.string().optional(),
  action: z.string().optional(),
  status: z.enum(['running', 'waiting', 'completed', 'skipped', 'failed', 'cancelled']),
  attempts: z.int(),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  duration_ms: z.number().nullable(),
  result: JSON_VALUE.optional(),
  error: ERROR.optional(),
});
export const EXECUTION = SUMMARY.extend({
  hash: z.string(),
  input: JSON_VALUE,
  output: JSON_VALUE.nullable(),
  error: ERROR.nullable(),
  duration_ms: z.number().nullable(),
  origin: z.object({ execution_id: z.string(), from: z.string().optional() }).nullable(),
  parent: z.object({ execution_id: z.string(), step: z.string() }).nullable(),
  waiting: z.array(
    z.object({
      step: z.string(),
      on: z.string(),
      reason: z.string(),
      until: z.string().nullable(),
      since: z.string().optional(),
      approval: z
        .object({ title: z.string().nullable(), to: z.array(z.string()), form: JSON_VALUE.nullable() })
        .optional(),
    }),
  ),
  why: z.string().nullable().describe('why it does not go on, or what it does, in sentences; null once it has ended'),
  steps: z.array(STEP_VIEW),
});
export const EXECUTION_PAGE = z.object({ items: z.array(SUMMARY), next: z.string().nullable() });
export const FLOW = z.object({
  id: z.uuid().optional(),
  flow: z.string(),
  version: z.string(),
  hash: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  category: z.string().nullable(),
  tags: z.array(z.string()),
  status: z.enum(['valid', 'invalid']),
  created_at: z.iso.datetime(),
  diagnostics: z.array(DIAGNOSTIC),
  archived_at: z.iso.datetime().optional(),
  file: z.string().optional(),
  links: LINKS,
});
export const PROBLEM = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  remedy: z.string(),
  request_id: z.string(),
  errors: z.array(z.looseObject({ code: z.string(), message: z.string() })).optional(),
});
