import type { Json } from '../dsl/ir/json.ts';

/** Words that make any key that of a secret. */
const ALWAYS = new Set([
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'passcode',
  'secret',
  'credential',
  'apikey',
  'apitoken',
  'accesskey',
  'accesstoken',
  'authtoken',
  'privatekey',
  'secretkey',
  'signingkey',
  'encryptionkey',
  'clientsecret',
]);
/** In front of `key`: `api_key` is one, `partition_key` and `public_key` are none. */
const OF_KEY = new Set([
  'api',
  'access',
  'private',
  'secret',
  'signing',
  'signature',
  'encryption',
  'decryption',
  'master',
  'shared',
  'account',
  'service',
  'auth',
  'hmac',
  'ssh',
  'pgp',
  'gpg',
  'ssl',
  'tls',
  'license',
  'subscription',
]);
/** Behind `token`: about a token, not one. */
const ABOUT_TOKEN = new Set(['url', 'uri', 'endpoint', 'path', 'issuer', 'audience', 'type', 'name', 'header', 'ttl']);

/**
 * Whether the name of a config value is that of a secret: password, token, secret, credential or key material, in any spelling
 * (`dbPassword`, `DB-PASSWORD`, `db.passwords`). A number or a flag is no token (`max_tokens: 500`).
 */
export function looksSecret(key: string, value: Json): boolean {
  const words = wordsOf(key);
  return words.some((word, at) => {
    if (ALWAYS.has(word)) return true;
    if (word === 'key') return OF_KEY.has(words[at - 1] ?? '');
    if (word !== 'token') return false;
    return typeof value !== 'number' && typeof value !== 'boolean' && !ABOUT_TOKEN.has(words[at + 1] ?? '');
  });
}

/** Lower case, singular: `APIKeys` → api, key. */
function wordsOf(key: string): readonly string[] {
  return key
    .normalize('NFKC')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => (word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word));
}
