import type { JsonObject } from '../../dsl/ir/json.ts';
import { defineManifest } from '../manifest-hash.ts';

const address: JsonObject = {
  type: 'string',
  minLength: 3,
  maxLength: 320,
  pattern: '^[^\\r\\n]+$',
  description: '`a@b.c` or `Name <a@b.c>`',
};
const addresses: JsonObject = { anyOf: [address, { type: 'array', minItems: 1, maxItems: 100, items: address }] };

export const emailManifest = defineManifest({
  name: 'email',
  version: '1.0.0',
  title: 'E-mail',
  description:
    'Sends mail over SMTP. Settings: WEIR_EMAIL_URL (smtp://user:password@host:port, smtps:// for TLS), WEIR_EMAIL_FROM.',
  default_action: 'send',
  actions: {
    send: {
      title: 'Send a mail',
      description: 'Errors: smtp_<code>, connection_failed, timeout, connection_not_configured.',
      input: {
        type: 'object',
        required: ['to', 'subject'],
        anyOf: [{ required: ['text'] }, { required: ['html'] }],
        additionalProperties: false,
        properties: {
          from: { ...address, description: 'Default: the setting WEIR_EMAIL_FROM.' },
          to: addresses,
          cc: addresses,
          bcc: addresses,
          subject: { type: 'string', maxLength: 998, pattern: '^[^\\r\\n]*$' },
          text: { type: 'string' },
          html: { type: 'string' },
          attachments: {
            type: 'array',
            maxItems: 50,
            items: {
              type: 'object',
              required: ['filename', 'content'],
              additionalProperties: false,
              properties: {
                filename: { type: 'string', minLength: 1 },
                content: { type: 'string' },
                content_type: { type: 'string' },
                encoding: { enum: ['utf8', 'base64'], default: 'utf8' },
              },
            },
          },
        },
      },
      output: {
        type: 'object',
        required: ['message_id', 'accepted', 'rejected'],
        properties: {
          message_id: { type: 'string' },
          accepted: { type: 'array', items: { type: 'string' } },
          rejected: { type: 'array', items: { type: 'string' } },
        },
      },
      idempotency: 'none',
      completion: 'sync',
      example: { to: 'ada@example.com', subject: 'Welcome', text: 'Good to have you here.' },
    },
  },
});
