import { type CallbackKey, signCallback } from './callback-token.ts';
import type { CallbackClaim } from './contract.ts';

/** Makes the address that an async step waits on. */
export type CallbackUrls = (claim: CallbackClaim) => string;

/** `<baseUrl>/callbacks/<token>`; `baseUrl` is the address of the API as the outside world reaches it. */
export function createCallbackUrls({ baseUrl, key }: { baseUrl: string; key: CallbackKey }): CallbackUrls {
  const base = baseUrl.replace(/\/+$/, '');
  return (claim) => `${base}/callbacks/${signCallback(claim, key)}`;
}
