import type { Context } from 'hono';
import type { z } from 'zod';
import type { FlowScope } from '../auth/authorize.ts';
import type { Principal } from '../auth/principal.ts';
import type { ProblemCode } from '../problems/catalogue.ts';
import type { Access } from './access.ts';
import type { Services, ServicesFor } from './services.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Schema = z.ZodType;
type Output<S> = S extends Schema ? z.output<S> : undefined;

/** A body that a route takes. Sent without a body, an `optional` one counts as `{}`. */
export interface JsonBody<B extends Schema = Schema> {
  readonly kind: 'json';
  readonly schema: B;
  readonly optional?: true;
  /** Default 1 MiB. */
  readonly maxBytes?: number;
}
/** A flow, as YAML or JSON text; at most 256 KiB, which the compiler checks. */
export interface FlowBody {
  readonly kind: 'flow';
}
/** The route reads the body itself, within `maxBytes`; it documents the media types it takes. */
export interface RawBody {
  readonly kind: 'raw';
  readonly mediaTypes: readonly string[];
  readonly description: string;
  readonly maxBytes: number;
}

/** One successful answer, for the documentation; and what else may come (`problems`). */
export interface Answer {
  readonly status: 200 | 201 | 202 | 204 | 302 | 503;
  readonly description: string;
  readonly mediaType?: string;
  readonly schema?: Schema;
}

export interface RouteRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Header by name, without case. */
  readonly header: (name: string) => string | undefined;
  readonly signal: AbortSignal;
  readonly context: Context;
  /** Of the caller's organisation; on a public route those of the default one, in Weir's own name. */
  readonly services: Services;
  /** Null on a public route. */
  readonly principal: Principal | null;
  /** How far the route's permission reaches: lists show nothing beyond it. */
  readonly scope: FlowScope;
  readonly requestId: string;
  /** ms since the epoch. */
  readonly now: number;
  /** Services in another organisation or name, for public routes that find out whose they are. */
  readonly servicesFor: ServicesFor;
}

/** One operation of the API: what validates requests also documents them (openapi.ts). `path` is in OpenAPI's form: `/flows/{id}`. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: JsonBody | FlowBody | RawBody;
  /**
   * Whether `Idempotency-Key` is heeded. Default: by app.ts on every unsafe method that has an identity. `own`: the route
   * does it itself. `none`: the request changes nothing.
   */
  readonly idempotency?: 'own' | 'none';
  /** The answer holds what is shown once: it is not kept for repeats with the same key. */
  readonly secretAnswer?: true;
  /** GET: answers have an ETag, made of their content where the handler gives none, and 304 to who has it already. */
  readonly etag?: true;
  /** Answers with a stream that goes on until it is cut: `signal` is also that of a server that closes. */
  readonly stream?: true;
  readonly answers: readonly Answer[];
  readonly problems: readonly ProblemCode[];
  readonly handle: (request: RouteRequest<unknown, unknown, unknown>) => Promise<Response> | Response;
}

type BodyOf<B> =
  B extends JsonBody<infer S>
    ? z.output<S>
    : B extends FlowBody
      ? Uint8Array
      : B extends RawBody
        ? Uint8Array
        : undefined;

/** Defines a route; the handler's types follow from the schemas. */
export function route<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends JsonBody | FlowBody | RawBody | undefined = undefined,
>(
  definition: Omit<Route, 'params' | 'query' | 'body' | 'handle'> & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    readonly handle: (request: RouteRequest<Output<P>, Output<Q>, BodyOf<B>>) => Promise<Response> | Response;
  },
): Route {
  return definition as unknown as Route; // app.ts hands each handler what its own schemas gave
}

/** Answers with JSON. */
export function json(
  body: unknown,
  status: 200 | 201 | 202 = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}
