import { expect, test } from 'vitest';
import { Problem } from '../problems/problem.ts';
import { executionSecrets } from './execution-secrets.ts';
import { organisationSecrets } from './organisation-secrets.ts';

const secretsOf = organisationSecrets({ WEIR_SECRET_KEY: 'ours', WEIR_ORG_SECRET_ACME__KEY: 'theirs' }, undefined);

test('are those of the organisation of the execution', async () => {
  expect(await executionSecrets(async () => 'acme', secretsOf).resolve('KEY')).toBe('theirs');
});

test.each(['temporal_unavailable', 'execution_not_found'] as const)(
  'an organisation that can not be told (%s) gives none, and the call is made later',
  async (code) => {
    const ours = async (): Promise<string> => {
      throw new Problem(code, 'Temporal did not answer.');
    };
    await expect(executionSecrets(ours, secretsOf).resolve('KEY')).rejects.toMatchObject({
      code: 'adapter_unavailable',
      retryable: true,
      outcome: 'not_sent',
    });
  },
);
