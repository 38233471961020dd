import type { Adapter } from '../adapter.ts';
import type { Settings } from '../from-manifest/settings.ts';
import { emailManifest } from './manifest.ts';
import { createSendAction } from './send.ts';

export interface EmailDeps {
  readonly settings: Settings;
}

/** The built-in `email` adapter. */
export function createEmailAdapter(deps: EmailDeps): Adapter {
  return { manifest: emailManifest, actions: { send: createSendAction(deps.settings) } };
}
