import type { ActionManifest, AdapterManifest } from '../../src/adapters/manifest.ts';
import type { CompileEnvironment } from '../../src/dsl/compile-environment.ts';

// The adapters, catalogue and flows that the compile and reject corpora are checked against.

const action = (more: Partial<ActionManifest> = {}): ActionManifest => ({
  idempotency: 'none',
  completion: 'sync',
  ...more,
});

function adapter(
  name: string,
  actions: AdapterManifest['actions'],
  more: Partial<AdapterManifest> = {},
): AdapterManifest {
  return { name, version: '1.0.0', hash: `${name}-hash`, actions, ...more };
}

const http = adapter('http', {
  request: action({
    idempotency: { method_param: 'method' },
    input: {
      type: 'object',
      additionalProperties: false,
      required: ['url'],
      properties: {
        method: { type: 'string', enum: ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'], default: 'GET' },
        url: { type: 'string' },
        query: { type: 'object' },
        headers: { type: 'object' },
        body: {},
        response: { enum: ['json', 'text', 'base64'] },
        ok: { type: 'array' },
      },
    },
    output: {
      type: 'object',
      additionalProperties: false,
      properties: { status: { type: 'integer' }, headers: { type: 'object' }, body: {} },
    },
  }),
});

const ai = adapter(
  'ai',
  {
    classify: action({
      idempotency: 'safe',
      defaults: { text: '$input.text' },
      output: { type: 'object', properties: { category: { type: 'string' }, confidence: { type: 'number' } } },
    }),
  },
  { default_action: 'classify' },
);

const iam = adapter('iam', {
  verify_token: action({
    idempotency: 'safe',
    input: { type: 'object', required: ['token'], properties: { token: { type: 'string' } } },
    defaults: { token: '$input.token' },
  }),
});

const stripe = adapter('stripe', {
  charge_card: action({ idempotency: 'key', retry: { attempts: 5, initial: '2s' }, attempt_timeout: '20s' }),
  refund: action({ idempotency: 'key', retry: false }),
});

const ADAPTERS = [
  http,
  ai,
  iam,
  stripe,
  adapter('prompt_service', { get_template: action({ idempotency: 'safe' }) }),
  adapter('retell', {
    start_call: action({
      completion: 'callback',
      callback_schema: { type: 'object', properties: { transcript: { type: 'string' } }, additionalProperties: false },
    }),
  }),
  adapter('mail', { send: action(), send_email: action() }, { default_action: 'send_email' }),
  adapter('sms', { send: action(), send_sms: action() }),
];

export const corpusEnvironment: CompileEnvironment = {
  adapters: new Map(ADAPTERS.map((each) => [each.name, each])),
  actions: {
    authenticate: { adapter: 'iam', action: 'verify_token' },
    create_account: {
      adapter: 'http',
      action: 'request',
      params: { method: 'POST', url: 'https://accounts.test/accounts', body: { email: '$input.email' } },
    },
    send_welcome_email: { adapter: 'mail', action: 'send_email', params: { template: 'welcome' } },
    update_crm: { adapter: 'http', action: 'request', params: { method: 'PUT', url: 'https://crm.test' } },
    route_to_finance: { adapter: 'mail', params: { to: 'finance@example.com' } },
    route_to_support: { adapter: 'mail', params: { to: 'support@example.com' } },
    log_failure: {
      adapter: 'http',
      action: 'request',
      params: { method: 'POST', url: 'https://log.test', body: '$error' },
    },
    notify_admin: { adapter: 'mail', params: { to: 'admin@example.com' } },
    fallback_to_manual: { adapter: 'mail', params: { to: 'ops@example.com' } },
  },
  flows: new Map([
    ['billing', ['1.0.0', '1.2.0']],
    ['notify-team', ['0.1.0']],
  ]),
  files: new Map([['score.py', 'print("{}")\n']]),
};
