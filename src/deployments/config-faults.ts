import type { Json, JsonObject } from '../dsl/ir/json.ts';
import type { ValueFault } from '../problems/problem.ts';
import { looksSecret } from './looks-secret.ts';

/** Bytes of an environment's config as JSON: it travels with every execution. */
export const MAX_CONFIG_BYTES = 64 * 1024;
const MAX_DEPTH = 32;
const MAX_KEY_CHARS = 128;
const MAX_FAULTS = 20;

/**
 * What is wrong with the config values of an environment; empty: nothing. Values are never repeated: they may be what should not
 * have been sent.
 */
export function configFaults(config: JsonObject): readonly ValueFault[] {
  const faults: ValueFault[] = [];
  walk(config, { path: '', depth: 0, faults });
  if (faults.length === 0 && Buffer.byteLength(JSON.stringify(config)) > MAX_CONFIG_BYTES)
    faults.push({
      code: 'too_large',
      path: '/config',
      message: `config has at most ${MAX_CONFIG_BYTES / 1024} KiB as JSON`,
    });
  return faults.slice(0, MAX_FAULTS);
}

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly faults: ValueFault[];
}

function walk(value: Json, place: Place): void {
  if (place.faults.length >= MAX_FAULTS) return;
  const fault = faultOf(value, place.depth);
  if (fault !== null) {
    place.faults.push({ ...fault, path: `/config${place.path}` });
    return;
  }
  if (value === null || typeof value !== 'object') return;
  const entries: readonly (readonly [string, Json])[] = Array.isArray(value)
    ? value.map((item, index) => [String(index), item] as const)
    : Object.entries(value);
  for (const [key, item] of entries) {
    const path = `${place.path}/${shown(key)}`;
    const wrong = Array.isArray(value) ? null : keyFault(key, item);
    if (wrong !== null) place.faults.push({ ...wrong, path: `/config${path}` });
    else walk(item, { path, depth: place.depth + 1, faults: place.faults });
  }
}

function keyFault(key: string, value: Json): Omit<ValueFault, 'path'> | null {
  if (key === '' || key.length > MAX_KEY_CHARS || UNSTORABLE.test(key) || key === '__proto__')
    return { code: 'key', message: `keys have 1 to ${MAX_KEY_CHARS} characters, none of them a control character` };
  if (looksSecret(key, value)) return secretFault(`the key ${key} looks like that of a secret`);
  return null;
}

function faultOf(value: Json, depth: number): Omit<ValueFault, 'path'> | null {
  if (depth > MAX_DEPTH) return { code: 'too_deep', message: `values are nested at most ${MAX_DEPTH} levels deep` };
  if (typeof value === 'number' && !Number.isFinite(value))
    return { code: 'number', message: 'this number is beyond what a double holds' };
  if (typeof value !== 'string') return null;
  if (UNSTORABLE_TEXT.test(value))
    return {
      code: 'text',
      message: 'the text holds U+0000 or half of a surrogate pair, which PostgreSQL keeps in no JSON',
    };
  return SECRET_VALUE.test(value) ? secretFault('the value looks like a secret') : null;
}

const secretFault = (what: string): Omit<ValueFault, 'path'> => ({
  code: 'secret',
  message: `${what}: config is shown to everybody who may read flows and travels in histories. Keep it as a secret, and take it as $secrets.NAME in the params of a call`,
});

const UNSTORABLE = /[\p{Cc}\p{Surrogate}]/u;
// oxlint-disable-next-line no-control-regex -- U+0000 is what PostgreSQL refuses
const UNSTORABLE_TEXT = /[\u0000\p{Surrogate}]/u;
/** Private keys, addresses with a password in them, and the forms of well-known providers' keys. */
const SECRET_VALUE =
  /-----BEGIN [A-Z ]*PRIVATE KEY|^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]*:[^/?#@\s]+@|\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|sk_live_\w{16,}|rk_live_\w{16,}|sk-[A-Za-z0-9_-]{32,}|AKIA[0-9A-Z]{16}|xox[abprs]-[\w-]{20,}|whsec_[\w+/=]{20,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})/;

/** A key as part of a JSON pointer, cut where somebody sends a novel. */
const shown = (key: string): string =>
  (key.length > MAX_KEY_CHARS ? `${key.slice(0, 20)}…` : key).replaceAll('~', '~0').replaceAll('/', '~1');
