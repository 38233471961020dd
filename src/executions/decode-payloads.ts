import type { PayloadCodec } from '@temporalio/common';
import protobuf from '@temporalio/proto';
import type { HistoryEvent } from './history.ts';

const { Payload } = protobuf.temporal.api.common.v1;
type PayloadMessage = protobuf.temporal.api.common.v1.Payload;

/** Undoes the codecs (claim check, encryption) in every payload of the events, in place: they stay payloads. */
export async function decodePayloads(events: readonly HistoryEvent[], codecs: readonly PayloadCodec[]): Promise<void> {
  if (codecs.length === 0) return;
  const found: PayloadMessage[] = [];
  for (const event of events) collect(event, found);
  for (const codec of [...codecs].reverse()) {
    const decoded = await codec.decode(found.map(({ metadata, data }) => ({ metadata, data })));
    decoded.forEach((payload, i) => Object.assign(found[i] ?? {}, { metadata: payload.metadata ?? {}, data: payload.data ?? new Uint8Array() }));
  }
}

function collect(value: unknown, found: PayloadMessage[]): void {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return;
  if (isPayload(value)) found.push(value);
  else for (const inner of Array.isArray(value) ? value : Object.values(value)) collect(inner, found);
}

/** Typed as a class, at run time `Payload` is protobufjs's description of the type; the class of decoded messages is its `ctor`. */
function isPayload(value: object): value is PayloadMessage {
  const { ctor } = Payload as unknown as { readonly ctor: new () => PayloadMessage };
  return value instanceof ctor;
}
