import { z } from 'zod';
import { type AuditFilter, type AuditRecord, EXPORT_FORMATS, type ExportFormat } from '../../audit/audit-log.ts';
import { AUDIT_SUBJECT_TYPES } from '../../audit/entry.ts';
import { recordLine } from '../../audit/export/jsonl.ts';
import { json, type Route, route } from '../route.ts';
import { controlOf } from '../services.ts';

const INSTANT = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const RANGE = {
  since: INSTANT.optional().describe('appended at or after'),
  until: INSTANT.optional().describe('appended before'),
};
const RECORD = z.object({
  seq: z.int(),
  body: z.looseObject({
    format: z.literal(1),
    at: z.iso.datetime(),
    action: z.string(),
    outcome: z.enum(['success', 'failure', 'denied', 'intended', 'unknown']),
    actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
    subject: z.object({ type: z.string(), id: z.string() }),
    request_id: z.string().nullable(),
    details: z.looseObject({}),
    intent: z.string().optional(),
  }),
  hash: z.string(),
});
const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  jsonl: 'application/jsonl',
  csv: 'text/csv; charset=utf-8',
  ocsf: 'application/jsonl',
};

/** The audit log, for auditors. */
export function auditRoutes(): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/audit',
      operation: 'listAuditRecords',
      summary: 'List audit records, newest first',
      tag: 'audit',
      access: { on: 'organisation', permission: 'audit:read' },
      query: z.object({
        action: z.string().min(1).max(100).optional().describe('as in `flow.create`'),
        actor: z.string().min(1).max(300).optional().describe("the principal's id, as in `user:…`"),
        subject_type: z.enum(AUDIT_SUBJECT_TYPES).optional(),
        subject: z.string().min(1).max(300).optional().describe('id of what was acted on'),
        ...RANGE,
        limit: z.coerce.number().int().min(1).max(200).default(50),
        cursor: z
          .string()
          .regex(/^[1-9]\d{0,14}$/)
          .optional()
          .describe('`next` of the page before'),
      }),
      answers: [
        {
          status: 200,
          description: 'a page; `next` is null on the last. `body` stands there as it was hashed, to the byte',
          schema: z.object({ items: z.array(RECORD), next: z.string().nullable() }),
        },
      ],
      problems: ['no_store', 'store_unavailable'],
      async handle({ services, query: { action, actor, subject_type, subject, since, until, limit, cursor } }) {
        const filter: AuditFilter = {
          ...(action !== undefined && { action }),
          ...(actor !== undefined && { actor }),
          ...(subject_type !== undefined && { subjectType: subject_type }),
          ...(subject !== undefined && { subject }),
          ...(since !== undefined && { since }),
          ...(until !== undefined && { until }),
        };
        const before = cursor === undefined ? null : Number(cursor);
        const found = await controlOf(services).audit.list(filter, { limit: limit + 1, before });
        return page(found.slice(0, limit), found.length > limit);
      },
    }),
    route({
      method: 'get',
      path: '/audit/export',
      operation: 'exportAudit',
      summary: 'Export audit records, oldest first',
      tag: 'audit',
      access: { on: 'organisation', permission: 'audit:read' },
      query: z.object({ format: z.enum(EXPORT_FORMATS).default('jsonl'), ...RANGE }),
      answers: [
        {
          status: 200,
          description:
            '`jsonl` can be verified offline (`weir audit verify`); `csv` is for spreadsheets, `ocsf` for a SIEM',
          mediaType: MEDIA_TYPES.jsonl,
        },
        { status: 200, description: 'a table', mediaType: 'text/csv' },
      ],
      problems: ['no_store', 'store_unavailable'],
      async handle({ services, query: { format, since, until }, now }) {
        const chunks = controlOf(services)
          .audit.export(format, { ...(since !== undefined && { since }), ...(until !== undefined && { until }) })
          [Symbol.asyncIterator]();
        const first = await chunks.next(); // what fails at the beginning is a problem, not a broken stream
        const day = new Date(now).toISOString().slice(0, 10);
        const extension = format === 'csv' ? 'csv' : 'jsonl';
        return new Response(streamOf(first, chunks), {
          headers: {
            'content-type': MEDIA_TYPES[format],
            'content-disposition': `attachment; filename="audit-${day}.${extension}"`,
          },
        });
      },
    }),
    route({
      method: 'get',
      path: '/audit/verify',
      operation: 'verifyAudit',
      summary: 'Check the chain of audit records in the database',
      tag: 'audit',
      access: { on: 'organisation', permission: 'audit:read' },
      answers: [
        {
          status: 200,
          description:
            '`ok` is false when a record was changed, is missing, or contradicts a checkpoint; `faults` says where',
          schema: z.object({
            ok: z.boolean(),
            records: z.int(),
            checkpoints: z.int(),
            faults: z.array(z.string()),
            head: z.object({ seq: z.int(), hash: z.string() }),
            key_id: z.string(),
          }),
        },
      ],
      problems: ['no_store', 'store_unavailable'],
      async handle({ services }) {
        const { keyId, ...report } = await controlOf(services).audit.verify();
        return json({ ...report, key_id: keyId });
      },
    }),
  ];
}

/** Put together as text, so that bodies stay as they were hashed. */
function page(records: readonly AuditRecord[], more: boolean): Response {
  const next = more ? JSON.stringify(String(records.at(-1)?.seq)) : 'null';
  return new Response(`{"items":[${records.map(recordLine).join(',')}],"next":${next}}`, {
    headers: { 'content-type': 'application/json' },
  });
}

/** Reads on only as fast as it is read. */
function streamOf(first: IteratorResult<string>, rest: AsyncIterator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let waiting: IteratorResult<string> | null = first;
  return new ReadableStream(
    {
      async pull(controller) {
        // An empty chunk would end the pulling: the next is taken instead.
        for (;;) {
          const { done, value } = waiting ?? (await rest.next());
          waiting = null;
          if (done === true) return controller.close();
          if (value !== '') return controller.enqueue(encoder.encode(value));
        }
      },
      async cancel() {
        await rest.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
