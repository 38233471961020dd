import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { Adapter } from '../adapter.ts';
import { defineManifest } from '../manifest-hash.ts';

interface WriteParams {
  readonly level?: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: JsonObject;
}

const fields: JsonObject = {
  level: { enum: ['debug', 'info', 'warn', 'error'], default: 'info' },
  message: { type: 'string' },
  fields: { type: 'object' },
};

/** The built-in `log` adapter: writes a line to the execution's log, masked by the activity, and gives it back. */
export const logAdapter: Adapter = {
  manifest: defineManifest({
    name: 'log',
    version: '1.0.0',
    title: 'Log',
    description: "Writes to the execution's log.",
    default_action: 'write',
    actions: {
      write: {
        title: 'Write a line',
        input: { type: 'object', required: ['message'], additionalProperties: false, properties: fields },
        output: { type: 'object', required: ['level', 'message', 'fields'], properties: fields },
        // A line written twice harms nobody.
        idempotency: 'safe',
        completion: 'sync',
        example: { level: 'warn', message: 'stock is low', fields: { sku: 'A-17', left: 2 } },
      },
    },
  }),
  actions: {
    write: async (raw: Json, context) => {
      const params = raw as unknown as WriteParams; // checked against the manifest's schema by the activity
      const line = { level: params.level ?? 'info', message: params.message, fields: params.fields ?? {} };
      context.log(line.level, line.message, line.fields);
      return line;
    },
  },
};
