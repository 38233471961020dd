import { z } from 'zod';
import { PROBLEM_CATALOGUE, type ProblemCode, type ProblemEntry } from '../problems/catalogue.ts';
import { IDEMPOTENCY_KEY, isKeyed } from './idempotency-key.ts';
import { withPortablePatterns } from './openapi-pattern.ts';
import type { Route } from './route.ts';
import { PROBLEM } from './schemas.ts';

type Dict = Record<string, unknown>;

/** Problems that every operation may answer with, and those that come with an identity, a body, a key. */
const ALWAYS: readonly ProblemCode[] = [
  'invalid_request',
  'foreign_origin',
  'foreign_host',
  'rate_limited',
  'headers_too_large',
  'internal_error',
  'store_unavailable',
];
const WITH_IDENTITY: readonly ProblemCode[] = ['unauthenticated', 'forbidden', 'identity_unavailable'];
const WITH_BODY: readonly ProblemCode[] = ['payload_too_large', 'unsupported_media_type'];
const WITH_JSON: readonly ProblemCode[] = ['invalid_json'];
const WITH_KEY: readonly ProblemCode[] = ['idempotency_conflict', 'idempotency_in_progress', 'answer_not_kept'];

const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'A machine token (`weir_…`, from `POST /tokens`), or an access token of the identity provider.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'weir_session',
    description: 'A browser session, begun at `/auth/login`. Under https the cookie is `__Host-weir_session`.',
  },
} as const;

/** The OpenAPI 3.1 document, made of the same schemas that validate. */
export function openApiDocument(routes: readonly Route[], version: string): Dict {
  const paths: Record<string, Dict> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Weir',
      version,
      description:
        'Durable execution of declarative flows. Errors are RFC 9457 problems with a stable `code`; /docs/errors explains each. ' +
        'Answers are JSON whatever `Accept` says. Query parameters that an operation does not list are refused.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(PROBLEM, 'output') },
      examples: Object.fromEntries(Object.keys(PROBLEM_CATALOGUE).map((code) => [code, example(code as ProblemCode)])), // its keys are the codes
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

function operation(route: Route): Dict {
  return {
    operationId: route.operation,
    summary: route.summary,
    tags: [route.tag],
    ...accessOf(route),
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...parameters(route.headers, 'header'),
      ...(isKeyed(route) ? parameters(KEY_HEADER, 'header') : []),
      ...(route.etag ? parameters(ETAG_HEADER, 'header') : []),
    ],
    ...(route.body !== undefined && { requestBody: requestBody(route.body) }),
    responses: {
      ...merged(answers(route.answers), problems(route)),
      ...(route.etag && { 304: { description: 'unchanged: If-None-Match has the ETag of what is there' } }),
    },
  };
}

const KEY_HEADER = z.object({
  'Idempotency-Key': IDEMPOTENCY_KEY.optional().describe('the same key with the same request takes effect once'),
});

const ETAG_HEADER = z.object({
  'If-None-Match': z.string().optional().describe('ETag of what you have: 304 if it is still that'),
});

/** `x-permission`: the permission, and on what it is asked for; for public operations why there is none. */
function accessOf({ access }: Route): Dict {
  if (access.on === 'public') return { security: [], 'x-permission': { on: access.on, why: access.why } };
  const permission = 'permission' in access ? { permission: access.permission } : {};
  return { security: [{ bearer: [] }, { session: [] }], 'x-permission': { on: access.on, ...permission } };
}

function parameters(schema: z.ZodObject | undefined, place: 'path' | 'query' | 'header'): readonly Dict[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    readonly properties?: Record<string, Dict>;
    readonly required?: readonly string[];
  }; // that of an object
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

function requestBody(body: NonNullable<Route['body']>): Dict {
  switch (body.kind) {
    case 'json':
      return {
        required: body.optional !== true,
        content: { 'application/json': { schema: schemaOf(body.schema, 'input') } },
      };
    case 'flow': {
      const text = {
        schema: { description: 'a flow; `GET /schema/flow.json` is its schema' },
        example: { flow: 'hello', steps: [{ set: { greeting: 'Hello' } }], output: '$vars.greeting' },
      };
      return {
        required: true,
        content: {
          'application/yaml': text,
          'text/yaml': text,
          'application/x-yaml': text,
          'application/json': { schema: { description: 'a flow' } },
        },
      };
    }
    case 'raw':
      return {
        required: true,
        description: body.description,
        content: Object.fromEntries(body.mediaTypes.map((type) => [type, { schema: {} }])),
      };
  }
}

/** A status that comes both ways has the contents of both. */
function merged(good: Dict, bad: Dict): Dict {
  const all: Dict = { ...bad, ...good };
  for (const status of Object.keys(good)) {
    const [one, other] = [good[status], bad[status]] as [
      Dict & { content?: Dict },
      (Dict & { content?: Dict }) | undefined,
    ]; // as answers() and problems() make them
    if (other !== undefined) all[status] = { ...other, ...one, content: { ...one.content, ...other.content } };
  }
  return all;
}

/** By status; one status may come in several media types. */
function answers(list: Route['answers']): Dict {
  const byStatus: Record<string, { description: string; content?: Dict }> = {};
  for (const { status, description, mediaType = 'application/json', schema } of list) {
    const known = (byStatus[status] ??= { description });
    if (status !== 204)
      known.content = {
        ...known.content,
        [mediaType]: schema === undefined ? {} : { schema: schemaOf(schema, 'output') },
      };
  }
  return byStatus;
}

/** By status, with the codes that come with it. */
function problems(route: Route): Dict {
  const codes = new Set([
    ...route.problems,
    ...ALWAYS,
    ...(route.access.on === 'public' ? [] : WITH_IDENTITY),
    ...(route.body === undefined ? [] : WITH_BODY),
    ...(route.body?.kind === 'json' ? WITH_JSON : []),
    ...(isKeyed(route) ? WITH_KEY : []),
  ]);
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes)
    byStatus.set(PROBLEM_CATALOGUE[code].status, [...(byStatus.get(PROBLEM_CATALOGUE[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, list]) => [
        String(status),
        {
          description: list.map((code) => `\`${code}\`: ${PROBLEM_CATALOGUE[code].title}`).join('. '),
          ...(list.some((code) => 'retryAfter' in PROBLEM_CATALOGUE[code]) && { headers: RETRY_AFTER }),
          content: {
            'application/problem+json': {
              schema: { $ref: '#/components/schemas/Problem' },
              examples: Object.fromEntries(list.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
            },
          },
        },
      ]),
  );
}

const RETRY_AFTER = {
  'Retry-After': { description: 'seconds', schema: { type: 'string', pattern: '^[0-9]+$' } },
};

function example(code: ProblemCode): Dict {
  const { status, title, remedy }: ProblemEntry = PROBLEM_CATALOGUE[code];
  const request_id = '0198c5a2-6d3e-7c41-9d0a-5b8f2f6a1e47';
  const type = `/docs/errors#${code}`;
  return { summary: title, value: { type, title, status, code, detail: `${title}.`, remedy, request_id } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Dict {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  });
  return withPortablePatterns(rest);
}
