import { expect, test } from 'vitest';
import { organisationSecrets } from './organisation-secrets.ts';

const secretsOf = organisationSecrets(
  { WEIR_SECRET_KEY: 'ours', WEIR_ORG_SECRET_ACME__KEY: 'theirs', WEIR_ORG_SECRET_ACME_LABS__KEY: 'labs' },
  undefined,
);

test('each organisation has its own', async () => {
  expect(await secretsOf('default').resolve('KEY')).toBe('ours');
  expect(await secretsOf('acme').resolve('KEY')).toBe('theirs');
  expect(await secretsOf('acme-labs').resolve('KEY')).toBe('labs');
});

test.each([
  ['default', 'ACME__KEY'],
  ['acme', 'LABS__KEY'],
  ['rival', 'KEY'],
  ['acme', '../default/KEY'],
])('%s reaches nothing by the name %s', async (organisation, name) => {
  await expect(secretsOf(organisation).resolve(name)).rejects.toMatchObject({ code: 'secret_not_found' });
});
