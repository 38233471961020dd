/** What an error code of the HTTP API means: the source of statuses, titles and docs/reference/http-errors.md. */
export interface ProblemEntry {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 410 | 413 | 415 | 421 | 429 | 431 | 500 | 501 | 503;
  readonly title: string;
  /** What the caller can do. */
  readonly remedy: string;
  /** Seconds for `Retry-After`, where a retry may help. */
  readonly retryAfter?: number;
}

/** Every `code` of a problem answer, by name. Codes are stable: clients branch on them. */
export const PROBLEM_CATALOGUE = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    remedy: 'Put right what `detail` and `errors` name; the fields are described in /openapi.json.',
  },
  invalid_json: { status: 400, title: 'The body is not JSON', remedy: 'Send one JSON object, in UTF-8.' },
  invalid_input: {
    status: 400,
    title: "The input breaks the flow's schema",
    remedy: 'Each of `errors` names the place and the rule; `inputs` of the flow is the schema.',
  },
  invalid_flow: {
    status: 400,
    title: 'The flow has errors',
    remedy: 'Put right what `errors` lists; `POST /flows/validate` checks without storing.',
  },
  invalid_import: {
    status: 400,
    title: 'The folder has errors',
    remedy: 'Put right what the invalid ones of `items` say; nothing was done.',
  },
  invalid_form: {
    status: 400,
    title: "The form breaks the approval's schema",
    remedy: 'Put right what `errors` names; the approval is still open.',
  },
  invalid_payload: {
    status: 400,
    title: "The callback's payload breaks the action's schema",
    remedy: 'Put right what `errors` names; the callback is still open.',
  },
  invalid_callback_token: {
    status: 401,
    title: 'The callback address is not genuine',
    remedy: 'Call exactly the address that the step was given.',
  },
  webhook_signature: {
    status: 401,
    title: "The webhook's signature does not fit",
    remedy:
      'Sign the raw body with the secret that the trigger names, as its `verify` says; clocks may differ by 5 minutes.',
  },
  unauthenticated: {
    status: 401,
    title: 'Who asks is not known',
    remedy:
      'Send a token as `Authorization: Bearer …` (`weir login`, or WEIR_TOKEN); it may have expired or been revoked.',
  },
  forbidden: {
    status: 403,
    title: 'The permission is missing',
    remedy: '`detail` names the permission; an administrator can grant a role that has it.',
  },
  foreign_origin: {
    status: 403,
    title: 'Requests of other web pages are refused',
    remedy: 'Call the API from a program, or from a page that it serves itself.',
  },
  flow_not_found: { status: 404, title: 'No such flow', remedy: '`GET /flows` lists names and versions.' },
  execution_not_found: {
    status: 404,
    title: 'No such execution',
    remedy:
      '`GET /executions` lists them. Ended ones are kept for 90 days (WEIR_ARCHIVE_DAYS); of a folder for as long as Temporal keeps them.',
  },
  step_not_found: {
    status: 404,
    title: 'No such step',
    remedy: "`steps` of `GET /executions/{id}` lists every step with its `path`; take the step's id or path.",
  },
  version_not_found: { status: 404, title: 'No such version', remedy: '`GET /flows/{id}/versions` lists them.' },
  environment_not_found: { status: 404, title: 'No such environment', remedy: '`GET /environments` lists them.' },
  adapter_not_found: { status: 404, title: 'No such adapter', remedy: '`GET /adapters` lists them.' },
  not_found: { status: 404, title: 'No such resource', remedy: '/openapi.json lists every path.' },
  method_not_allowed: {
    status: 405,
    title: 'The method is not allowed here',
    remedy: 'The `Allow` header lists those that are.',
  },
  read_only_store: {
    status: 405,
    title: 'Flows are read from a folder',
    remedy: 'Change the file in the folder: it is read again at once.',
  },
  execution_timed_out: {
    status: 408,
    title: 'The execution timed out',
    remedy: '`GET /executions/{execution_id}` shows how far it came; raise the `timeout` of the flow or start again.',
  },
  no_store: {
    status: 404,
    title: 'This server keeps nothing in a database',
    remedy: 'It serves a folder of flows. Start `weir dev` without --flows, or `weir api`, for the whole of the API.',
  },
  flow_exists: {
    status: 409,
    title: 'The flow is there already',
    remedy: 'Store a new version with PUT, or take another name.',
  },
  exists: { status: 409, title: 'There is one of that name already', remedy: 'Change that one, or take another name.' },
  version_conflict: {
    status: 409,
    title: 'The version does not go forward',
    remedy: 'Read the flow again, take over what has changed, and raise `version`, or leave it out.',
  },
  plan_changed: {
    status: 409,
    title: 'The plan is not the confirmed one',
    remedy: 'Somebody has changed something meanwhile: plan again with `dry_run`, look at it, and send its `plan`.',
  },
  flow_in_use: {
    status: 409,
    title: 'The flow is in use',
    remedy: '`detail` says where. Undeploy it and let its executions end, or send `?force=true`.',
  },
  flow_archived: {
    status: 409,
    title: 'The flow is archived',
    remedy: '`POST /flows` with its name brings it back; its versions and executions stayed.',
  },
  not_deployed: {
    status: 409,
    title: 'The flow is not deployed there',
    remedy: 'Deploy a version: `weir deploy FLOW --env ENVIRONMENT`.',
  },
  promotion_refused: {
    status: 409,
    title: "The environment's promotion rule is not met",
    remedy: 'Deploy the version in the environment before it first; `detail` names it.',
  },
  count_changed: {
    status: 409,
    title: 'The number of executions is not the confirmed one',
    remedy: 'Ask again with `dry_run`, look at the count, and send it as `expected`.',
  },
  last_admin: {
    status: 409,
    title: 'Nobody would be left to administer the organisation',
    remedy: 'Give the role admin on everything to someone else, or make a token that has it, first.',
  },
  idempotency_in_progress: {
    status: 409,
    title: 'The first request with this key is still under way',
    remedy: 'Send the same request again in a moment.',
  },
  execution_ended: {
    status: 409,
    title: 'The execution has ended',
    remedy: 'Nothing is left to steer. Roll back or re-run to go on.',
  },
  execution_running: {
    status: 409,
    title: 'The execution has not ended',
    remedy: 'Wait for its end, or cancel it; a running execution can be rolled back, not re-run.',
  },
  idempotency_conflict: {
    status: 409,
    title: 'The idempotency key was used for another request',
    remedy: 'Take a new key for another body.',
  },
  answer_not_kept: {
    status: 409,
    title: 'The first request with this key took effect, or may have, and its answer is not kept',
    remedy: 'Read the resource to see what is there. For another one take a new key.',
  },
  approval_not_open: {
    status: 409,
    title: 'The approval is not open',
    remedy: 'It was decided already, or the flow has not come to it; `waiting` of the execution tells.',
  },
  ambiguous_step: {
    status: 409,
    title: 'Several instances of the step are open',
    remedy: 'Name one by its path: `outer[2].inner`.',
  },
  step_not_ended: {
    status: 409,
    title: 'The step has not come that far',
    remedy: 'Ask again when it has; `steps` of the execution tells.',
  },
  rollback_refused: { status: 409, title: "The execution can't go back to that step", remedy: '`detail` says why.' },
  callback_gone: {
    status: 410,
    title: 'Nothing waits for this callback any more',
    remedy: 'It came too late, or the step was cancelled or timed out.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    remedy: '`detail` names the limit. Pass large data by reference.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body has another media type than is understood here',
    remedy: '`detail` lists those that are.',
  },
  malformed_request: {
    status: 400,
    title: 'This is not HTTP/1.1',
    remedy: 'Send one well-formed request; with TLS configured, by https.',
  },
  request_too_slow: {
    status: 408,
    title: 'The request was not sent in time',
    remedy: 'Send the headers within 10 s and the whole request within 60 s.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    remedy: 'All of them, cookies included, take at most 16 KiB.',
  },
  foreign_host: {
    status: 421,
    title: 'The API does not answer under this name',
    remedy: 'Call it under its public address (WEIR_PUBLIC_URL), or on its own machine as 127.0.0.1 or localhost.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    remedy: 'Wait for `Retry-After`.',
    retryAfter: 1,
  },
  event_buffer_full: {
    status: 429,
    title: 'The execution keeps too many events',
    remedy: 'At most 1,000 events or 4 MiB are kept for later waits; try again when some were taken.',
    retryAfter: 30,
  },
  concurrency_limit: {
    status: 429,
    title: "The flow's concurrency limit is reached",
    remedy: 'Try again when an execution has ended.',
    retryAfter: 10,
  },
  internal_error: {
    status: 500,
    title: 'A defect in Weir',
    remedy: 'Report it with the `request_id`; the log has the details.',
  },
  dry_run_unavailable: {
    status: 501,
    title: 'This process has no virtual-time runner',
    remedy: 'Use `weir test`, or a server that has it.',
  },
  identity_unavailable: {
    status: 503,
    title: 'The identity provider does not answer',
    remedy: 'Try again after `Retry-After`; machine tokens work without it.',
    retryAfter: 5,
  },
  store_unavailable: {
    status: 503,
    title: 'The database does not answer',
    remedy:
      'Nothing is half done. Send the same request again after `Retry-After`; with an `Idempotency-Key` it counts once.',
    retryAfter: 2,
  },
  temporal_unavailable: {
    status: 503,
    title: 'Temporal does not answer',
    remedy: 'Nothing was lost: try again after `Retry-After`.',
    retryAfter: 2,
  },
  webhook_unavailable: {
    status: 503,
    title: 'The webhook has no secret to check signatures with',
    remedy: 'Give the secret that its trigger names a value; the call was not taken, so send it again.',
    retryAfter: 60,
  },
  no_worker: {
    status: 503,
    title: 'No worker answered in time',
    remedy: 'Send the same request again, an event with the same `id`: it counts once. If none runs, start a worker.',
    retryAfter: 5,
  },
  overloaded: {
    status: 503,
    title: 'Too many requests for this execution are in flight',
    remedy: 'Send the same request again after `Retry-After`: it counts once.',
    retryAfter: 2,
  },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof PROBLEM_CATALOGUE;
