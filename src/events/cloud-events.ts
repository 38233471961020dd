import { z } from 'zod';
import type { Json } from '../dsl/ir/json.ts';
import { Problem, type ValueFault } from '../problems/problem.ts';
import type { TriggerEvent } from '../workflows/contract.ts';

const MAX_BATCH = 100;
/** Control characters are no part of a name; a database can't keep all of them. */
const TEXT = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'has control characters');
/** The context attributes that count here; others are kept as headers. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md */
const EVENT = z.looseObject({
  specversion: z.literal('1.0'),
  id: TEXT,
  source: TEXT,
  type: TEXT,
  time: z.iso.datetime({ offset: true }).optional(),
  datacontenttype: z.string().optional(),
});
const KNOWN = new Set(['specversion', 'id', 'source', 'type', 'time', 'data', 'data_base64']);

/**
 * CloudEvents 1.0 over HTTP: structured (`application/cloudevents+json`, or plain JSON that has a `specversion`), batch, or binary (`ce-*`
 * headers, the body is the data). `now`: for events without a time, ms. Throws invalid_request.
 */
export function readCloudEvents({
  headers,
  body,
  now,
}: {
  readonly headers: Headers;
  readonly body: unknown;
  readonly now: number;
}): readonly TriggerEvent[] {
  if (headers.has('ce-specversion')) return [toEvent({ ...attributes(headers), data: body }, now, '')];
  const batch =
    (headers.get('content-type') ?? '').toLowerCase().startsWith('application/cloudevents-batch+json') ||
    Array.isArray(body);
  if (!batch) return [toEvent(body, now, '')];
  if (!Array.isArray(body) || body.length > MAX_BATCH)
    throw new Problem('invalid_request', `A batch is a list of at most ${MAX_BATCH} events.`);
  return body.map((event: unknown, i) => toEvent(event, now, `/${i}`));
}

function attributes(headers: Headers): Record<string, string> {
  const found: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (name.startsWith('ce-')) found[name.slice(3)] = decodePercent(value);
  });
  return found;
}
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function toEvent(value: unknown, now: number, path: string): TriggerEvent {
  const parsed = EVENT.safeParse(value);
  if (!parsed.success) {
    const errors: ValueFault[] = parsed.error.issues.map((issue) => ({
      code: issue.code,
      path: `${path}/${issue.path.join('/')}`,
      message: `${path}/${issue.path.join('/')}: ${issue.message}`,
    }));
    throw new Problem(
      'invalid_request',
      `This is not a CloudEvent: ${errors.map((fault) => fault.message).join('; ')}.`,
      { errors },
    );
  }
  const { id, source, type, time, data, data_base64, ...rest } = parsed.data;
  const headers: Record<string, Json> = {};
  for (const [name, extra] of Object.entries(rest))
    if (!KNOWN.has(name) && (typeof extra === 'string' || typeof extra === 'number' || typeof extra === 'boolean'))
      headers[name] = extra;
  return {
    id,
    source,
    type,
    time: time ?? new Date(now).toISOString(),
    data: (data ?? data_base64 ?? null) as Json,
    headers,
  }; // the body was parsed from JSON
}
