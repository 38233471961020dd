import { expect, test } from 'vitest';
import { keyOfCursor, UUID } from './page.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const cursor = (text: string): string => Buffer.from(text).toString('base64url');

test('reads what it wrote', () => {
  expect(keyOfCursor(cursor(`1700000000000 ${ID}`), UUID)).toEqual({ at: new Date(1_700_000_000_000), id: ID });
  expect(keyOfCursor(null, UUID)).toBeNull();
});

test.each(['', 'x', `-1 ${ID}`, `999999999999999 ${ID}`, '1700000000000 x', `1.5 ${ID}`])('refuses %j', (text) => {
  expect(() => keyOfCursor(cursor(text), UUID)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});
