import { expect, test } from 'vitest';
import { resolveReferences } from './settings.ts';

const sources = (values: Record<string, string>) => ({
  settings: (name: string) => values[name],
  secret: async (name: string) => `<${name}>`,
});

test('a setting, its default, and a secret', async () => {
  const text = '${env:BASE:-http://127.0.0.1:8090}/a?k=$secrets.KEY';
  expect(await resolveReferences(text, sources({ BASE: 'https://x.example' }))).toBe('https://x.example/a?k=<KEY>');
  expect(await resolveReferences(text, sources({}))).toBe('http://127.0.0.1:8090/a?k=<KEY>');
  expect(await resolveReferences('${env:BASE:-}/a', sources({}))).toBe('/a');
  await expect(resolveReferences('${env:BASE}/a', sources({}))).rejects.toMatchObject({
    code: 'connection_not_configured',
  });
});
