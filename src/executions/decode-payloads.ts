import type { Payload, PayloadCodec } from '@temporalio/common';
import type { HistoryEvent } from './history.ts';

/** Undoes the codecs (claim check, encryption) in every payload of the events, in place: they stay payloads. */
export async function decodePayloads(events: readonly HistoryEvent[], codecs: readonly PayloadCodec[]): Promise<void> {
  if (codecs.length === 0) return;
  const found: Payload[] = [];
  for (const event of events) collect(event, found);
  for (const codec of [...codecs].reverse()) {
    const decoded = await codec.decode(
      found.map(({ metadata, data }) => ({ metadata: metadata ?? null, data: data ?? null })),
    );
    decoded.forEach((payload, i) =>
      Object.assign(found[i] ?? {}, { metadata: payload.metadata ?? {}, data: payload.data ?? new Uint8Array() }),
    );
  }
}

function collect(value: unknown, found: Payload[]): void {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return;
  if (isPayload(value)) found.push(value);
  else for (const inner of Array.isArray(value) ? value : Object.values(value)) collect(inner, found);
}

/** By its shape: the message classes can't be asked. Nothing else in a history has metadata of bytes. */
function isPayload(value: object): value is Payload {
  if (!('metadata' in value) || value.metadata === null || typeof value.metadata !== 'object') return false;
  const parts = Object.values(value.metadata);
  return parts.length > 0 && parts.every((part) => part instanceof Uint8Array);
}
