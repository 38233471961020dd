import { Fields } from './answer-fields.ts';
import type { Client } from './client.ts';

/** Who the server says one is. */
export interface Identity {
  readonly name: string;
  readonly organisation: string;
  readonly body: Fields;
}

/**
 * Asks the server who the client is (`GET /me`); null when it wants an identity and has got none (401), or `unknown` when it
 * knows no identities at all: it serves a folder to whoever reaches it.
 */
export async function askIdentity(client: Client): Promise<Identity | 'none' | 'unknown'> {
  const { status, body } = await client.get('/me', { expect: [401, 404] });
  if (status === 401) return 'none';
  if (status === 404) return 'unknown';
  const fields = new Fields(body);
  return { name: fields.show('name') || fields.show('id'), organisation: fields.show('organisation'), body: fields };
}
