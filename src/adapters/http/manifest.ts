import { defineManifest } from '../manifest-hash.ts';

const STATUS = {
  anyOf: [
    { type: 'integer', minimum: 100, maximum: 599 },
    { type: 'string', pattern: '^[1-5]([0-9]{2}|xx)$' },
  ],
};

/** Calls any HTTP address (docs: the http adapter). Part of the DSL's contract. */
export const httpManifest = defineManifest({
  name: 'http',
  version: '1.0.0',
  title: 'HTTP',
  description: 'Calls an HTTP address and gives its status, headers and body.',
  default_action: 'request',
  actions: {
    request: {
      title: 'Send an HTTP request',
      description:
        'Errors: http_<status>, connection_failed, timeout, invalid_response, result_too_large, address_not_allowed.',
      input: {
        type: 'object',
        required: ['url'],
        additionalProperties: false,
        properties: {
          method: { type: 'string', pattern: '^[A-Za-z]{1,20}$', default: 'GET', description: 'Default GET.' },
          url: { type: 'string', minLength: 1, maxLength: 8192, description: 'Absolute, http or https.' },
          query: { type: 'object', description: 'Added to the URL; lists repeat the name, null leaves it out.' },
          headers: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null'] } },
          body: { description: 'Sent as JSON; a string is sent as it is; null is no body.' },
          response: {
            enum: ['json', 'text', 'base64'],
            description: 'How the body is read. Default: by its content type.',
          },
          ok: {
            anyOf: [STATUS, { type: 'array', minItems: 1, items: STATUS }],
            description: 'Statuses that are no error. Default 2xx.',
          },
        },
      },
      output: {
        type: 'object',
        required: ['status', 'headers', 'body'],
        properties: { status: { type: 'integer' }, headers: { type: 'object' }, body: {} },
      },
      idempotency: { method_param: 'method' },
      completion: 'sync',
      example: { method: 'GET', url: 'https://api.example.com/orders/17', query: { expand: 'lines' } },
    },
  },
});
