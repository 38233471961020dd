import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../dsl/ir/json.ts';
import { configFaults, MAX_CONFIG_BYTES } from './config-faults.ts';

const codes = (config: JsonObject) => configFaults(config).map(({ code }) => code);

describe('config values', () => {
  test.each([
    'password',
    'DB_PASSWORD',
    'dbPassword',
    'db-passwd',
    'passphrase',
    'userPwd',
    'secret',
    'CLIENT_SECRET',
    'secrets',
    'clientSecret',
    'token',
    'accessToken',
    'GITHUB_TOKEN',
    'refresh_tokens',
    'api_key',
    'apiKey',
    'APIKeys',
    'X-Api-Key',
    'apikey',
    'privateKey',
    'SIGNING_KEY',
    'encryption.key',
    'aws_secret_access_key',
    'credentials',
    'ｐassword',
    'storage account key',
  ])('under the key %s are refused as secrets, with a word on $secrets and without the value', (key) => {
    const faults = configFaults({ [key]: 'hunter2hunter2' });
    expect(faults).toEqual([expect.objectContaining({ code: 'secret', message: expect.stringContaining('$secrets') })]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
    expect(codes({ deep: [{ [key]: 'x' }] })).toEqual(['secret']);
  });

  test.each<[string, Json]>([
    ['max_tokens', 4_000],
    ['tokens_per_minute', 100],
    ['use_token', true],
    ['token_url', 'https://id.example/token'],
    ['token_type', 'Bearer'],
    ['partition_key', 'x'],
    ['public_key', 'x'],
    ['key', 'x'],
    ['keyboard', 'x'],
    ['secretary', 'Ada'],
    ['compass', 'north'],
    ['author', 'x'],
    ['monkey', 'x'],
    ['region', 'eu'],
    ['address', { city: 'Bern' }],
    ['tokenizer', 'cl100k'],
    ['api_url', 'https://api.example/v1?key=1'],
  ])('%s: %j is none', (key, value) => {
    expect(configFaults({ [key]: value })).toEqual([]);
  });

  test.each([
    '-----BEGIN PRIVATE KEY-----\nMIIE',
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    'postgres://weir:hunter2@db/weir',
    'https://u:p@host/',
    `ghp_${'a'.repeat(36)}`,
    `sk_live_${'a'.repeat(24)}`,
    `AKIA${'A'.repeat(16)}`,
    `whsec_${'a'.repeat(32)}`,
    `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`,
  ])('that look like secrets are refused under any key, and not repeated: %s', (value) => {
    const faults = configFaults({ innocent: value });
    expect(faults).toEqual([expect.objectContaining({ code: 'secret', path: '/config/innocent' })]);
    expect(JSON.stringify(faults)).not.toContain(value.slice(0, 20));
  });

  test('are at most 64 KiB, 32 levels deep, finite, and of text that PostgreSQL keeps', () => {
    expect(codes({ a: 'x'.repeat(MAX_CONFIG_BYTES - 8) })).toEqual([]);
    expect(codes({ a: 'x'.repeat(MAX_CONFIG_BYTES - 7) })).toEqual(['too_large']);
    expect(codes({ a: 'ü'.repeat(MAX_CONFIG_BYTES / 2) })).toEqual(['too_large']);
    const nested = (levels: number): Json => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(codes({ a: nested(31) })).toEqual([]);
    expect(codes({ a: nested(250) })).toEqual(['too_deep']);
    expect(codes({ a: Number.POSITIVE_INFINITY })).toEqual(['number']);
    for (const text of ['a\u0000b', '\ud800', '\udc00x']) {
      expect(codes({ a: text })).toEqual(['text']);
      expect(codes({ [text]: 1 })).toEqual(['key']);
    }
    expect(codes({ '': 1 })).toEqual(['key']);
    expect(codes({ ['k'.repeat(129)]: 1 })).toEqual(['key']);
    expect(codes(JSON.parse('{"__proto__": 1}'))).toEqual(['key']);
    expect(codes({ emoji: '🜁', newline: 'a\nb' })).toEqual([]);
  });

  test('with many faults are told twenty of them', () => {
    expect(configFaults(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`password_${i}`, 1])))).toHaveLength(
      20,
    );
  });
});
