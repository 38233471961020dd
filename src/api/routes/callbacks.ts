import { z } from 'zod';
import { json, type Route, route } from '../route.ts';
import { JSON_VALUE } from '../schemas.ts';

/** A callback's payload is a step's result. */
const MAX_BYTES = 16 * 1024 * 1024;

export function callbackRoutes(): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/callbacks/{token}',
      operation: 'completeCallback',
      summary: 'Complete an async step: the address is `$execution.callback_url`',
      tag: 'operations',
      access: { on: 'public', why: 'the signed, single-use token in the path is the credential' },
      params: z.object({ token: z.string().min(1).max(8_192) }),
      body: { kind: 'json', schema: JSON_VALUE, optional: true, maxBytes: MAX_BYTES },
      answers: [
        {
          status: 200,
          description: 'durable; a repeated call gets the same answer',
          schema: z.object({ accepted: z.literal(true), execution_id: z.string(), step: z.string() }),
        },
      ],
      problems: ['invalid_callback_token', 'invalid_payload', 'callback_gone', 'no_worker', 'temporal_unavailable'],
      handle: async ({ services: { executions }, params, body }) => json(await executions.callback(params.token, body)),
    }),
  ];
}
