import type { Adapter } from '../adapter.ts';
import type { HttpClient } from './client.ts';
import { httpManifest } from './manifest.ts';
import { createRequestAction } from './request.ts';

/** The built-in `http` adapter over a client (which holds the connections and the guard). */
export function createHttpAdapter(client: HttpClient): Adapter {
  return { manifest: httpManifest, actions: { request: createRequestAction(client) } };
}
