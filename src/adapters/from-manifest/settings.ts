import { ActionError } from '../action-error.ts';

/** Where adapters find what an operator has set: names such as `WEIR_PEERS_URL` to values. Never secrets in messages. */
export type Settings = (name: string) => string | undefined;

const REFERENCE = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$secrets\.([A-Za-z_][A-Za-z0-9_]*)/g;

/**
 * Puts settings (`${env:NAME}`, or `${env:NAME:-default}`) and secrets (`$secrets.NAME`) into a text of an adapter file.
 * Errors: `connection_not_configured`, `secret_not_found`.
 */
export async function resolveReferences(
  text: string,
  sources: { settings: Settings; secret: (name: string) => Promise<string> },
): Promise<string> {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, setting, otherwise, secret] = match;
    parts.push(text.slice(end, match.index));
    if (setting !== undefined)
      parts.push((sources.settings(setting) || otherwise) ?? requireSetting(setting, sources.settings));
    else if (secret !== undefined) parts.push(await sources.secret(secret));
    end = match.index + whole.length;
  }
  return parts.join('') + text.slice(end);
}

/** A setting that must be there. Error: `connection_not_configured`. */
export function requireSetting(name: string, settings: Settings): string {
  const value = settings(name);
  if (value !== undefined && value !== '') return value;
  throw new ActionError({
    code: 'connection_not_configured',
    message: `The setting ${name} is missing: set it in the worker's environment.`,
    outcome: 'not_sent',
  });
}
