// Large payloads stay out of Temporal: they are stored by content hash and a small reference travels in their place.
import { ApplicationFailure, type Payload, type PayloadCodec } from '@temporalio/common';
import protobuf from '@temporalio/proto';
import { CLAIM_CHECK_BYTES } from '../activities/contract.ts';
import type { PayloadStore } from './payload-store.ts';

/** `encoding` of a reference payload; its data is `{ "hash", "size" }`. */
export const CLAIM_CHECK_ENCODING = 'weir/claim-check';

export interface ClaimCheckOptions {
  readonly store: PayloadStore;
  /** Payloads with more data than this are stored. Default 256 KiB. */
  readonly thresholdBytes?: number;
  /** Payloads with more data than this are refused. Default 1 GiB: results are held to 64 MiB where they come from, but a run that goes on in a new one takes all of them along. */
  readonly maxBytes?: number;
}

const MAX_PAYLOAD_BYTES = 2 ** 30;

const PayloadProto = protobuf.temporal.api.common.v1.Payload;

/**
 * A codec for the data converter of clients and workers, outermost in the chain (after encryption, if there is any).
 * Encoding twice, or decoding what was never stored, changes nothing. Error: ApplicationFailure `result_too_large`.
 */
export function createClaimCheckCodec({
  store,
  thresholdBytes = CLAIM_CHECK_BYTES,
  maxBytes = MAX_PAYLOAD_BYTES,
}: ClaimCheckOptions): PayloadCodec {
  return {
    encode: (payloads) => Promise.all(payloads.map((payload) => check(payload, { store, thresholdBytes, maxBytes }))),
    decode: (payloads) => Promise.all(payloads.map((payload) => restore(payload, store))),
  };
}

async function check(
  payload: Payload,
  { store, thresholdBytes, maxBytes }: Required<ClaimCheckOptions>,
): Promise<Payload> {
  const size = payload.data?.byteLength ?? 0;
  if (size <= thresholdBytes || isReference(payload)) return payload;
  if (size > maxBytes) {
    throw ApplicationFailure.nonRetryable(
      `A value of ${size} bytes is too large: at most ${maxBytes} can be kept. Store it elsewhere and pass its address.`,
      'result_too_large',
    );
  }
  const hash = await store.put(PayloadProto.encode(payload).finish());
  return {
    metadata: { encoding: Buffer.from(CLAIM_CHECK_ENCODING) },
    data: Buffer.from(JSON.stringify({ hash, size })),
  };
}

async function restore(payload: Payload, store: PayloadStore): Promise<Payload> {
  if (!isReference(payload)) return payload;
  const { hash } = JSON.parse(Buffer.from(payload.data ?? []).toString('utf8')) as { hash: string }; // written by `check`
  const { metadata, data } = PayloadProto.decode(await store.get(hash));
  return { metadata, data };
}

function isReference(payload: Payload): boolean {
  const encoding = payload.metadata?.['encoding'];
  return encoding !== undefined && encoding !== null && Buffer.from(encoding).toString('utf8') === CLAIM_CHECK_ENCODING;
}
