import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { ActionFunction } from '../adapter.ts';
import { ActionError } from '../action-error.ts';
import { requireSetting, type Settings } from '../from-manifest/settings.ts';
import { smtpError } from './smtp-error.ts';

/** Params after the manifest's input schema has been checked. */
interface SendParams {
  readonly from?: string;
  readonly to: string | readonly string[];
  readonly cc?: string | readonly string[];
  readonly bcc?: string | readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachments?: readonly {
    readonly filename: string;
    readonly content: string;
    readonly content_type?: string;
    readonly encoding?: 'utf8' | 'base64';
  }[];
}

/** `email.send`. One connection for each mail, so that abort can end it. */
export function createSendAction(settings: Settings): ActionFunction {
  return async (raw, context) => {
    const params = raw as unknown as SendParams; // checked against the manifest's schema by the activity
    const from = params.from ?? requireSetting('WEIR_EMAIL_FROM', settings);
    // Loaded when the first mail is sent: most workers never send one.
    const { default: nodemailer } = await import('nodemailer');
    const transport = nodemailer.createTransport(smtpOptions(requireSetting('WEIR_EMAIL_URL', settings)));
    let contentSent = false;
    transport.use('stream', (mail, done) => {
      mail.message.transform(
        () =>
          new Transform({
            transform(chunk, _encoding, next) {
              contentSent = true;
              next(null, chunk);
            },
          }),
      );
      done();
    });
    try {
      const message = {
        from,
        to: list(params.to),
        cc: list(params.cc),
        bcc: list(params.bcc),
        subject: params.subject,
        text: params.text,
        html: params.html,
        attachments: (params.attachments ?? []).map((file) => ({
          filename: file.filename,
          content: Buffer.from(file.content, file.encoding ?? 'utf8'),
          contentType: file.content_type,
        })),
        // The same step gives the same id: mail systems that remove duplicates can.
        messageId: `<${createHash('sha256').update(context.idempotencyKey).digest('hex').slice(0, 32)}@weir>`,
        disableFileAccess: true,
        disableUrlAccess: true,
        // Known to nodemailer 10, not yet to its typings.
        signal: context.signal,
      };
      const info = await transport.sendMail(message);
      return {
        message_id: info.messageId,
        accepted: info.accepted.map(addressOf),
        rejected: info.rejected.map(addressOf),
      };
    } catch (error) {
      throw smtpError(error, { aborted: context.signal.aborted, contentSent });
    } finally {
      transport.close();
    }
  };
}

/** `smtp://user:password@host:port` (STARTTLS when offered; `?tls=required` insists) or `smtps://…`. */
function smtpOptions(address: string): {
  host: string;
  port: number;
  secure: boolean;
  requireTLS: boolean;
  auth?: { user: string; pass: string };
} {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')) {
    throw new ActionError({
      code: 'connection_not_configured',
      message: 'The setting WEIR_EMAIL_URL must be smtp://host:port or smtps://host:port.',
      outcome: 'not_sent',
    });
  }
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: url.searchParams.get('tls') === 'required',
    ...(url.username !== '' && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
  };
}

function list(addresses: string | readonly string[] | undefined): string[] {
  return addresses === undefined ? [] : typeof addresses === 'string' ? [addresses] : [...addresses];
}
function addressOf(entry: string | { address: string }): string {
  return typeof entry === 'string' ? entry : entry.address;
}
