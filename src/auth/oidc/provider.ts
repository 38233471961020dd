import { z } from 'zod';
import { isSafeAddress } from './settings.ts';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1024 * 1024;

/** What the provider says of itself (OpenID Connect Discovery 1.0); whatever else it says is kept. */
const DOCUMENT = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.string().refine(isSafeAddress, 'has to be https'),
  authorization_endpoint: z.string().refine(isSafeAddress, 'has to be https').optional(),
  token_endpoint: z.string().refine(isSafeAddress, 'has to be https').optional(),
  userinfo_endpoint: z.string().refine(isSafeAddress, 'has to be https').optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});
export type ProviderDocument = z.output<typeof DOCUMENT>;

/** Asks the provider where its endpoints are. Throws when it does not answer in 5 s, or calls itself otherwise. */
export async function discover(issuer: string): Promise<ProviderDocument> {
  const document = DOCUMENT.parse(await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
  if (document.issuer !== issuer)
    throw new Error(`The identity provider calls itself ${document.issuer}, but ${issuer} is configured.`);
  return document;
}

/** JSON of at most 1 MiB, within 5 s, from this address and no other. */
export async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${url} answers ${response.status}.`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Error(`${url} answers more than 1 MiB.`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
