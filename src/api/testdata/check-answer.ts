import { z } from 'zod';
import type { Route } from '../route.ts';

/** Throws where an answer is not one that the route documents: its status, its media type, its schema. */
export async function checkAnswer(route: Route, answer: Response): Promise<void> {
  const name = `${route.method.toUpperCase()} ${route.path}: ${answer.status}`;
  if (answer.status >= 400 && /problem/.test(answer.headers.get('content-type') ?? '')) return;
  const documented = route.answers.filter(({ status }) => status === answer.status);
  if (documented.length === 0) throw new Error(`${name} is not documented`);
  if (answer.body === null) return;
  const type = (answer.headers.get('content-type') ?? '').split(';')[0];
  const fitting = documented.filter(({ mediaType = 'application/json' }) => mediaType === type);
  if (fitting.length === 0) throw new Error(`${name} with ${type} is not documented`);
  const schemas = fitting.flatMap(({ schema }) => schema ?? []);
  if (type !== 'application/json' || schemas.length === 0) return;
  const body: unknown = await answer.clone().json();
  const results = schemas.map((schema) => schema.safeParse(body));
  const [first] = results;
  if (!results.some(({ success }) => success) && first?.error !== undefined)
    throw new Error(`${name} breaks its schema: ${z.prettifyError(first.error)}`);
}
