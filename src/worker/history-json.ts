import { createRequire } from 'node:module';
import type { History } from '@temporalio/common/lib/proto-utils.js';

interface ProtoJson {
  fromJson(type: unknown, json: unknown, options: { ignoreUnknownFields: boolean }): History | null;
  toJson(type: unknown, history: History): unknown;
}

// The SDK's own historyFromJSON and historyToJSON refuse every history ("type must be a Type") where npm has given
// @temporalio/common and @temporalio/proto a protobufjs each, as our lock file does. Here both come from one of them.
const ofProto = createRequire(createRequire(import.meta.url).resolve('@temporalio/proto'));
const { fromJson, toJson } = ofProto('protobufjs/ext/protojson') as ProtoJson;
const { patchProtobufRoot } = ofProto('@temporalio/proto/lib/patch-protobuf-root') as {
  patchProtobufRoot(root: unknown): { lookupType(name: string): unknown };
};
const HISTORY = patchProtobufRoot(ofProto('@temporalio/proto')).lookupType('temporal.api.history.v1.History');

/** A history from Protobuf JSON: what `temporal workflow show --output json` and the Web UI write. Throws for what is none. */
export function historyFromJson(json: unknown): History {
  const history = fromJson(HISTORY, json, { ignoreUnknownFields: true });
  if (history === null) throw new TypeError('it is no history');
  return history;
}

/** Protobuf JSON of a history: a plain value, bytes as base64. */
export function historyToJson(history: History): unknown {
  return toJson(HISTORY, history);
}
