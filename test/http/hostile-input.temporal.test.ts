// Every text that an operation takes, as the OpenAPI document of the running server lists them, with texts that break queries.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts';
import { type ComposedServer, composedServer } from './composed-server.ts';

const HOSTILE = [
  "' OR 1=1; --",
  "x'); DROP TABLE flows CASCADE; --",
  String.raw`\'; SELECT pg_sleep(20); --`,
  '$.** ? (@ like_regex ".*" flag "q")',
  '" OR WorkflowId STARTS_WITH "',
  "%_*:&|!() <-> '",
  'a\u0000b',
  '\ud800',
  '../../../../etc/passwd',
  '{"$gt":""}',
  '__proto__',
  '\u202e\u{1f600}'.repeat(40),
  'A'.repeat(5_000),
] as const;

/** An address holds no half of a character. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
}

let place: TestDatabase;
let server: ComposedServer;
beforeAll(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  server = await composedServer({ databaseUrl: place.url, temporalAddress: inject('temporalAddress') });
});
afterAll(async () => {
  await server?.close();
  await place?.drop();
});

/** Something of the type, for what is not under attack. */
function plain(schema: Schema): unknown {
  const one = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (one !== undefined) return plain(one);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((name) => [name, plain(schema.properties?.[name] ?? {})]));
    case 'array':
      return [plain(schema.items ?? {})];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    default:
      return 'a';
  }
}

/** The value with each text in it replaced, one at a time; what is optional is put in. */
function* attacked(schema: Schema, text: string): Generator<unknown> {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) for (const one of variants) yield* attacked(one, text);
  else if (schema.type === 'object') {
    const base = plain(schema) as Record<string, unknown>; // an object's
    for (const [name, inner] of Object.entries(schema.properties ?? {}))
      for (const value of attacked(inner, text)) yield { ...base, [name]: value };
    if (schema.properties === undefined) yield { [text]: text };
  } else if (schema.type === 'array') for (const value of attacked(schema.items ?? {}, text)) yield [value];
  else if (schema.type === 'string' || schema.type === undefined) yield text;
}

function* requests(path: string, { parameters, requestBody }: Operation, text: string) {
  const filled = (attack?: string) => {
    let [target, query] = [path, ''];
    const headers: Record<string, string> = {};
    for (const { name, in: where, schema, required } of parameters) {
      const value = name === attack ? text : String(plain(schema));
      if (where === 'path') target = target.replace(`{${name}}`, encodeURIComponent(wellFormed(value)));
      else if (name !== attack && !required) continue;
      else if (where === 'query') query += `&${name}=${encodeURIComponent(wellFormed(value))}`;
      else if (/^[\x20-\x7e]*$/.test(value)) headers[name] = value;
    }
    return { target: query === '' ? target : `${target}?${query.slice(1)}`, headers };
  };
  const schema = requestBody?.content['application/json']?.schema;
  const body = schema === undefined ? undefined : plain(schema);
  for (const { name } of parameters) yield { ...filled(name), body };
  if (schema !== undefined) for (const value of attacked(schema, text)) yield { ...filled(), body: value };
  else if (requestBody !== undefined) yield { ...filled(), body: text };
}

test('no text breaks an operation: none fails, none takes long, nothing is lost', { timeout: 240_000 }, async () => {
  const { body: document } = await server.call('GET', '/openapi.json');
  /** The first of each operation. */
  const failures = new Map<string, string>();
  let sent = 0;
  for (const [path, methods] of Object.entries<Record<string, Operation>>(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const types = Object.keys(operation.requestBody?.content ?? {});
      const type = types.includes('application/json') || types.length === 0 ? {} : { 'content-type': types[0] ?? '' };
      const batch = HOSTILE.flatMap((text) => [...requests(path, operation, text)]);
      for (let at = 0; at < batch.length; at += 8)
        await Promise.all(
          batch.slice(at, at + 8).map(async ({ target, headers, body }) => {
            sent++;
            const raw = typeof body === 'string' && Object.keys(type).length > 0 ? body : JSON.stringify(body);
            const answer = await server.call(method.toUpperCase(), target, raw, { ...type, ...headers });
            const refusedWell = answer.status < 400 || answer.body.code !== undefined;
            if (answer.status >= 500 || answer.ms > 8_000 || !refusedWell)
              failures.set(
                operation.operationId,
                failures.get(operation.operationId) ??
                  `${target.slice(0, 200)} ${raw?.slice(0, 200)}: ${answer.status} in ${Math.round(answer.ms)} ms ${answer.text.slice(0, 200)}`,
              );
          }),
        );
    }
  expect(Object.fromEntries(failures)).toEqual({});
  expect(sent).toBeGreaterThan(1_000);
  // Other tests share the Temporal server: executions of organisations that only their databases have can't be archived here.
  const own = server.log.filter(({ message }) => !/audit_heads_organisation_fkey/.test(message));
  expect(own.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  expect((await server.call('GET', '/flows')).status).toBe(200);
});

test.each([
  ['a huge body', 413, JSON.stringify({ input: 'x'.repeat(17 * 1024 * 1024) })],
  ['a deep one', 400, `{"input":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  [
    'many keys',
    404,
    JSON.stringify({ input: Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i])) }),
  ],
  ['a number without end', 404, `{"input":${'9'.repeat(100_000)}}`],
])('%s is answered with %d in time', async (_what, status, body) => {
  const answer = await server.call('POST', '/flows/none/execute', body);
  expect([answer.status, answer.ms < 5_000]).toEqual([status, true]);
});
