import { PROBLEM_CATALOGUE, type ProblemEntry } from '../problems/catalogue.ts';
import { Problem } from '../problems/problem.ts';

/** The RFC 9457 answer for an error. What is not a Problem is a defect: 500, and nothing of it is shown. */
export function problemResponse(
  error: unknown,
  ids: { readonly request_id: string; readonly client_request_id?: string },
): Response {
  const problem =
    error instanceof Problem
      ? error
      : new Problem(
          'internal_error',
          "Something went wrong that should not have. The server's log has the details under this request_id.",
        );
  const entry: ProblemEntry = PROBLEM_CATALOGUE[problem.code];
  const { errors, extra, headers, retryAfter = entry.retryAfter } = problem.options;
  const body = {
    type: `/docs/errors#${problem.code}`,
    title: entry.title,
    status: entry.status,
    code: problem.code,
    detail: problem.message,
    remedy: entry.remedy,
    ...ids,
    ...(errors !== undefined && { errors }),
    ...extra,
  };
  return new Response(JSON.stringify(body), {
    status: entry.status,
    headers: {
      'content-type': 'application/problem+json',
      ...headers,
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
  });
}
