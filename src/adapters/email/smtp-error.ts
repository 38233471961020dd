import { ActionError } from '../action-error.ts';

/** A server's answer that settles the matter: the mail was refused. */
const REFUSALS: ReadonlySet<string> = new Set(['EENVELOPE', 'EMESSAGE', 'EAUTH', 'EPROTOCOL']);

/**
 * What went wrong in a conversation with a mail server: `smtp_<code>` when it answered (4xx is retryable), else
 * `connection_failed`, or `timeout` when the call was aborted. `contentSent`: the mail itself was on its way.
 */
export function smtpError(error: unknown, state: { aborted: boolean; contentSent: boolean }): ActionError {
  const { responseCode, command, code, message } = fieldsOf(error);
  const outcome = state.contentSent ? 'unknown' : 'not_sent';
  const options = { cause: error };
  if (state.aborted) {
    return new ActionError(
      {
        code: 'timeout',
        status: 408,
        message: 'Sending the mail was ended before the server had answered.',
        retryable: true,
        outcome,
      },
      options,
    );
  }
  const refused = REFUSALS.has(code);
  if (responseCode !== null) {
    return new ActionError(
      {
        code: `smtp_${responseCode}`,
        message: `The mail server refused: ${message}`,
        retryable: responseCode >= 400 && responseCode < 500,
        outcome: refused ? 'failed' : outcome,
        details: { smtp_code: responseCode, command },
      },
      options,
    );
  }
  if (refused)
    return new ActionError(
      { code: code === 'EAUTH' ? 'smtp_auth_failed' : 'validation_failed', message, outcome: 'not_sent' },
      options,
    );
  return new ActionError(
    {
      code: 'connection_failed',
      message: `The conversation with the mail server broke: ${message}`,
      retryable: true,
      outcome,
    },
    options,
  );
}

function fieldsOf(error: unknown): { responseCode: number | null; command: string; code: string; message: string } {
  const fields: Readonly<Record<string, unknown>> = error !== null && typeof error === 'object' ? { ...error } : {};
  return {
    responseCode: typeof fields['responseCode'] === 'number' ? fields['responseCode'] : null,
    command: typeof fields['command'] === 'string' ? fields['command'] : '',
    code: typeof fields['code'] === 'string' ? fields['code'] : '',
    message: error instanceof Error ? error.message : String(error),
  };
}
