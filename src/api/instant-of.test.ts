import { expect, test } from 'vitest';
import { instantOf } from './instant-of.ts';

const NOW = Date.UTC(2026, 0, 2);
test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.5+02:00', '2026-01-31T10:00:00.500Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['24h', '2026-01-01T00:00:00.000Z'],
  ['0908-01-05T15:25:14Z', '1970-01-01T00:00:00.000Z'],
  ['9999w', '1970-01-01T00:00:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(instantOf(text, NOW, 'since').toISOString()).toBe(instant);
});
test.each(['0.5', '', '5', 'yesterday', '2026', '2026-13-01', '31 Jan 2026', '-1h'])('%j is none', (text) => {
  expect(() => instantOf(text, NOW, 'since')).toThrow('`since` is an instant');
});
