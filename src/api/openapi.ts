import { z } from 'zod';
import { PROBLEM_CATALOGUE, type ProblemCode } from '../problems/catalogue.ts';
import type { Route } from './route.ts';
import { PROBLEM } from './schemas.ts';

type Dict = Record<string, unknown>;

/** Problems that every operation may answer with; those with a body may also get the second list. */
const ALWAYS: readonly ProblemCode[] = ['invalid_request', 'foreign_origin', 'foreign_host', 'internal_error'];
const WITH_BODY: readonly ProblemCode[] = ['invalid_json', 'payload_too_large', 'unsupported_media_type'];

/** The OpenAPI 3.1 document, made of the same schemas that validate. */
export function openApiDocument(routes: readonly Route[], version: string): Dict {
  const paths: Record<string, Dict> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Weir',
      version,
      description: 'Durable execution of declarative flows. Errors are RFC 9457 problems with a stable `code`.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: { schemas: { Problem: schemaOf(PROBLEM, 'output') } },
  };
}

function operation(route: Route): Dict {
  return {
    operationId: route.operation,
    summary: route.summary,
    tags: [route.tag],
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...parameters(route.headers, 'header'),
    ],
    ...(route.body !== undefined && { requestBody: requestBody(route.body) }),
    responses: { ...Object.fromEntries(route.answers.map(answer)), ...problems(route) },
  };
}

function parameters(schema: z.ZodObject | undefined, place: 'path' | 'query' | 'header'): readonly Dict[] {
  if (schema === undefined) return [];
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...rest } = schemaOf(field, 'input');
    return {
      name,
      in: place,
      required: place === 'path',
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

function requestBody(body: NonNullable<Route['body']>): Dict {
  switch (body.kind) {
    case 'json':
      return {
        required: body.optional !== true,
        content: { 'application/json': { schema: schemaOf(body.schema, 'input') } },
      };
    case 'flow': {
      const text = { schema: { type: 'string', description: 'a flow' } };
      return {
        required: true,
        content: {
          'application/yaml': text,
          'text/yaml': text,
          'application/x-yaml': text,
          'application/json': { schema: { type: 'object' } },
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

function answer({
  status,
  description,
  mediaType = 'application/json',
  schema,
}: Route['answers'][number]): readonly [string, Dict] {
  if (status === 204 || status === 302) return [String(status), { description }];
  return [
    String(status),
    { description, content: { [mediaType]: { schema: schema === undefined ? {} : schemaOf(schema, 'output') } } },
  ];
}

/** By status, with the codes that come with it. */
function problems(route: Route): Dict {
  const codes = [...new Set([...route.problems, ...ALWAYS, ...(route.body === undefined ? [] : WITH_BODY)])];
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes)
    byStatus.set(PROBLEM_CATALOGUE[code].status, [...(byStatus.get(PROBLEM_CATALOGUE[code].status) ?? []), code]);
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, list]) => [
        String(status),
        { description: list.map((code) => `\`${code}\`: ${PROBLEM_CATALOGUE[code].title}`).join('. '), content },
      ]),
  );
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Dict {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  });
  return rest;
}
