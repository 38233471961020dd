import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../dsl/ir/json.ts';
import { ActionError } from '../action-error.ts';
import type { HttpAnswer } from '../http/client.ts';
import { decodeBody } from '../http/decode-body.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { statusError, statusIsAmbiguous } from '../http/status-error.ts';
import { problemsText, validateAgainst } from '../schema-validator.ts';
import { atPointer } from './json-pointer.ts';
import type { ActionSpec, ErrorRule } from './spec.ts';

interface Sent {
  readonly method: string;
  readonly url: URL;
}

/** The result of an answer, or the error that the action's rules (else its status) make of it. */
export function mapAnswer(action: ActionSpec, answer: HttpAnswer, sent: Sent): Json {
  const good = answer.status >= 200 && answer.status < 300;
  // A rule may look into the body of a refusal, which need not be what its content type says.
  const body = good ? decodeBody(answer, undefined) : lenientBody(answer);
  const rule = (action.errors ?? []).find((candidate) => applies(candidate, { status: answer.status, good, body }));
  if (rule !== undefined) throw ruleError(rule, { answer, body, sent });
  if (!good) throw statusError(answer, sent);
  const result = action.result === undefined ? body : atPointer(body, action.result);
  if (result === undefined) throw invalidResponse(`The answer has nothing at ${action.result ?? ''}.`, answer.status);
  const problems = action.output === undefined ? [] : validateAgainst(action.output, result);
  if (problems.length > 0)
    throw invalidResponse(`The answer breaks the action's output schema: ${problemsText(problems)}.`, answer.status);
  return result;
}

function applies(rule: ErrorRule, answer: { status: number; good: boolean; body: Json }): boolean {
  if (rule.status !== undefined) {
    const wanted = (Array.isArray(rule.status) ? rule.status : [rule.status]).map(String);
    if (!wanted.includes(String(answer.status)) && !wanted.includes(`${Math.floor(answer.status / 100)}xx`))
      return false;
  } else if (answer.good && rule.when === undefined) return false;
  return rule.when === undefined || isDeepStrictEqual(atPointer(answer.body, rule.when.pointer), rule.when.equals);
}

function ruleError(rule: ErrorRule, found: { answer: HttpAnswer; body: Json; sent: Sent }): ActionError {
  const { answer, body, sent } = found;
  const plain = statusError(answer, sent);
  const code = textOf(rule.code, body) ?? plain.code;
  return new ActionError({
    code,
    message: (rule.message === undefined ? undefined : textOf(rule.message, body)) ?? plain.message,
    status: answer.status,
    retryable: rule.retryable ?? plain.retryable,
    retryAfterMs: retryAfterMs(answer.headers['retry-after'], Date.now()),
    // A rule knows what the answer means, but a rule for a gateway's 502 can't know what became of the request.
    outcome: statusIsAmbiguous(answer.status) && rule.when === undefined ? 'unknown' : 'failed',
    details: plain.details,
  });
}

function textOf(source: string | { readonly pointer: string }, body: Json): string | undefined {
  if (typeof source === 'string') return source;
  const found = atPointer(body, source.pointer);
  return typeof found === 'string' && found !== '' ? found : typeof found === 'number' ? String(found) : undefined;
}

function lenientBody(answer: HttpAnswer): Json {
  try {
    return decodeBody(answer, undefined);
  } catch {
    return null;
  }
}

function invalidResponse(message: string, status: number): ActionError {
  return new ActionError({ code: 'invalid_response', message, status });
}
