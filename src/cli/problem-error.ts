import type { Json, JsonObject } from '../dsl/ir/json.ts';
import { cleanText } from './clean-text.ts';
import { CliError } from './cli-error.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';

/** What to do about problems, by code: in words of the command line. */
const HINTS: Readonly<Record<string, string>> = {
  execution_not_found: 'List what is there with: weir executions',
  flow_not_found: 'List what is there with: weir flows',
  version_not_found: 'List the versions with: weir flows NAME',
  environment_not_found: 'List them with: weir environments',
  adapter_not_found: 'Bring it with: weir push DIR',
  no_store: 'Start weir dev without --flows, or weir api, for the whole of the API.',
  read_only_store: 'Put the file into the folder that the server serves.',
  plan_changed: 'Somebody else changed something meanwhile. Look at the plan again.',
  version_conflict: 'Get what is there with: weir pull DIR',
  count_changed: 'Look at the number again with: --dry-run',
  answer_not_kept:
    'It was done the first time; what was shown once can not be shown again. Revoke it and make another.',
  not_deployed: 'Deploy it with: weir deploy FLOW --env ENV',
};
const EXITS: Readonly<Record<number, ExitCode>> = {
  401: EXIT_CODES.unauthenticated,
  403: EXIT_CODES.forbidden,
  409: EXIT_CODES.conflict,
  412: EXIT_CODES.conflict,
  502: EXIT_CODES.unreachable,
  503: EXIT_CODES.unreachable,
  504: EXIT_CODES.unreachable,
};

/** An error answer of the API (RFC 9457) as an error for people: detail, code, request id, diagnostics. Holds no token. */
export function problemError(refusal: {
  target: { url: string; token: string | null; tokenFrom: string | null };
  method: string;
  path: string;
  response: Response;
  content: Json;
}): CliError {
  const { target, response, content } = refusal;
  const problem = isMap(content) ? content : {};
  const said =
    text(problem['detail']) ?? text(problem['title']) ?? (typeof content === 'string' ? content.slice(0, 200) : null);
  const code = text(problem['code']);
  const hint = hintFor(refusal, code, text(problem['remedy']));
  const moved = response.status >= 300 && response.status < 400;
  const message = moved
    ? `${target.url} sends elsewhere, to ${response.headers.get('location') ?? 'nowhere'}: it is not the address of the API.`
    : (said ?? `${refusal.method} ${refusal.path} was answered with ${response.status}.`);
  return new CliError(withoutToken(message, target.token), {
    exit: EXITS[response.status] ?? EXIT_CODES.failed,
    details: [
      // Short lists stand in the detail already.
      ...diagnostics(problem['errors']).filter((line) => !message.includes(line)),
      [code === null ? null : `code ${code}`, `status ${response.status}`, requestId(problem, response)]
        .filter((part) => part !== null)
        .join(', '),
    ].map((line) => withoutToken(line, target.token)),
    ...(hint === null ? {} : { hint }),
  });
}

function hintFor(
  { target, response, path }: { target: { url: string; tokenFrom: string | null }; response: Response; path: string },
  code: string | null,
  remedy: string | null,
): string | null {
  const retryAfter = response.headers.get('retry-after');
  if (retryAfter !== null) return /^\d{1,9}$/.test(retryAfter) ? `Try again in ${retryAfter} s.` : 'Try again later.';
  if (response.status === 401)
    return target.tokenFrom === null
      ? `Log in with: weir login ${target.url}, or set WEIR_TOKEN.`
      : `The token is that of ${target.tokenFrom}. Get another one, then: weir login ${target.url}`;
  if (response.status === 403) return 'Ask for this permission, or use another token. What you may do: weir whoami';
  const known = code !== null && Object.hasOwn(HINTS, code) ? HINTS[code] : undefined;
  if (known !== undefined) return known;
  if (response.status === 404 && path.startsWith('/executions')) return 'List what is there with: weir executions';
  return response.status === 429 ? 'Try again later.' : remedy === null ? null : cleanText(remedy);
}

/** Clean text; a server that repeats the token must not bring it to the screen or into a log. */
function withoutToken(text: string, token: string | null): string {
  return cleanText(token === null || token.length < 4 ? text : text.replaceAll(token, '…'));
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
