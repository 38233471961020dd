import { PROBLEM_CATALOGUE, type ProblemEntry } from './catalogue.ts';

/** The text of docs/reference/http-errors.md. `npm run test:update` writes it; a test compares. */
export function problemDocument(): string {
  const rows = Object.entries<ProblemEntry>(PROBLEM_CATALOGUE).map(
    ([code, entry]) => `| \`${code}\` | ${entry.status} | ${entry.title} | ${entry.remedy} |`,
  );
  return [
    '# Errors of the HTTP API',
    '',
    'Generated from `src/problems/catalogue.ts`; do not edit.',
    '',
    'An error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem, `application/problem+json`:',
    '`{ type, title, status, code, detail, request_id, errors }`. Branch on `code`: it is stable, `detail` is for people.',
    '`errors` is there where a flow or a value is at fault. `request_id` is also the `X-Request-Id` header. 429 and 503 come with `Retry-After`, in seconds.',
    '',
    '| code | status | what | what to do |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
