import type { z } from 'zod';
import { Problem } from '../problems/problem.ts';
import { parse } from './read-body.ts';
import type { Route } from './route.ts';

/** The path's parameters. Throws invalid_request. */
export function readPath(params: Record<string, string>, schema: z.ZodObject): unknown {
  // A token is a credential, looked at by whoever checks it: whatever is wrong with it is one answer.
  for (const [name, value] of Object.entries(params)) if (name !== 'token') refuseNul(value, name);
  return parse(params, schema, 'the path');
}

/**
 * The query as the route declares it. A parameter that is unknown, or there twice, is refused: what a caller believes to have
 * said must not be passed over. On public routes, whose addresses others call and add to, unknown ones are left out.
 * Throws invalid_request.
 */
export function readQuery(url: string, { query: schema, access }: Pick<Route, 'query' | 'access'>): unknown {
  const values: Record<string, string> = Object.create(null);
  const known = schema?.shape ?? {};
  for (const [name, value] of new URL(url).searchParams) {
    if (!Object.hasOwn(known, name)) {
      if (access.on === 'public') continue;
      const names = Object.keys(known);
      throw refused(
        name,
        'unknown_key',
        `is not known here; ${names.length === 0 ? 'there is none' : names.join(', ')}`,
      );
    }
    if (name in values) throw refused(name, 'duplicate', 'is there more than once');
    refuseNul(value, name);
    values[name] = value;
  }
  return schema === undefined ? undefined : parse({ ...values }, schema, 'the query');
}

/** No text of ours holds it, and PostgreSQL can't. */
function refuseNul(value: string, name: string): void {
  if (value.includes('\0')) throw refused(name, 'invalid_text', 'holds a NUL character');
}

function refused(name: string, code: string, why: string): Problem {
  const shown = JSON.stringify(name.slice(0, 100));
  return new Problem('invalid_request', `The parameter ${shown} ${why}.`, {
    errors: [{ code, path: `/${name.slice(0, 100)}`, message: `${shown} ${why}` }],
  });
}
