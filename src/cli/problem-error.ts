import type { Json, JsonObject } from '../dsl/ir/json.ts';
import { CliError } from './cli-error.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** What to do about the answers that need something of the caller. */
const HINTS: Readonly<Record<number, string>> = {
  401: 'Set WEIR_TOKEN to a token of this server.',
  403: 'The token lacks this permission; ask for it, or use another token.',
  429: 'Try again later.',
};

/** An error answer of the API (RFC 9457) as an error for people: detail, code, request id, diagnostics. */
export function problemError(refusal: {
  url: string;
  method: string;
  path: string;
  response: Response;
  content: Json;
}): CliError {
  const { response, content } = refusal;
  const problem = isMap(content) ? content : {};
  const said =
    text(problem['detail']) ?? text(problem['title']) ?? (typeof content === 'string' ? content.slice(0, 200) : null);
  const retryAfter = response.headers.get('retry-after');
  const away = response.status === 503 || response.status === 502 || response.status === 504;
  const code = text(problem['code']);
  const hint =
    retryAfter !== null
      ? `Try again in ${retryAfter} s.`
      : response.status === 404 && refusal.path.startsWith('/executions')
        ? 'List what is there with: weir executions'
        : HINTS[response.status];
  return new CliError(said ?? `${refusal.method} ${refusal.path} was answered with ${response.status}.`, {
    exit: away ? EXIT_CODES.unreachable : EXIT_CODES.failed,
    details: [
      ...diagnostics(problem['errors']),
      [code === null ? null : `code ${code}`, `status ${response.status}`, requestId(problem, response)]
        .filter((part) => part !== null)
        .join(', '),
    ],
    ...(hint === undefined ? {} : { hint }),
  });
}

function requestId(problem: JsonObject, response: Response): string | null {
  const id = text(problem['request_id']) ?? response.headers.get('x-request-id');
  return id === null ? null : `request ${id}`;
}

function diagnostics(errors: Json | undefined): readonly string[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(isMap).map((error) => {
    const message = text(error['message']) ?? '';
    const path = text(error['path']) ?? '';
    const place = error['line'] === undefined ? path : `${String(error['line'])}:${String(error['column'])}`;
    const code = /^WEIR\d+$/.exec(text(error['code']) ?? '')?.[0];
    const hint = text(error['hint']);
    const said = [message.startsWith(path) && place === path ? '' : place, code, message].filter(Boolean).join(' ');
    return hint === null ? said : `${said} (${hint})`;
  });
}

function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
