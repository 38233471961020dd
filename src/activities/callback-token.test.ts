import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signCallback, verifyCallback } from './callback-token.ts';
import { createCallbackUrls } from './callback-urls.ts';

const KEY = 'k'.repeat(32);
const claim = { execution: '0192-exec', step: 'each[2].call', nonce: '0', expiresAt: 5000 };
const token = signCallback(claim, KEY);

test('a token brings its claim back until it expires', () => {
  expect(verifyCallback(token, KEY, 5000)).toEqual({ ok: true, claim });
  expect(verifyCallback(token, KEY, 5001)).toEqual({ ok: false, reason: 'expired', claim });
  expect(signCallback({ ...claim }, KEY)).toBe(token);
});

test('every changed character makes it forged', () => {
  for (let at = 0; at < token.length; at += 1) {
    const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    expect(verifyCallback(changed, KEY, 0)).toEqual({ ok: false, reason: 'forged' });
  }
});

test('neither another key nor another spelling is taken', () => {
  expect(verifyCallback(token, 'x'.repeat(32), 0)).toEqual({ ok: false, reason: 'forged' });
  for (const other of [
    `${token}=`,
    `${token}A`,
    `${token} `,
    token.replace('.', '..'),
    token.slice(0, -1),
    '',
    '.',
    'a.b',
  ]) {
    expect(verifyCallback(other, KEY, 0)).toEqual({ ok: false, reason: 'forged' });
  }
});

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => !verifyCallback(text, KEY, 0).ok));
});

test('addresses', () => {
  expect(createCallbackUrls({ baseUrl: 'https://weir.example/', key: KEY })(claim)).toBe(
    `https://weir.example/callbacks/${token}`,
  );
});
