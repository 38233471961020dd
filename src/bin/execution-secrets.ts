import type { SecretsResolver } from '../activities/secrets/secrets.ts';
import { ActionError } from '../adapters/action-error.ts';
import { Problem } from '../problems/problem.ts';

/**
 * Secrets for the calls of executions: those of the organisation that `ours` tells, and no others' while it can't be told. Then the
 * call has not been made and is tried again (`adapter_unavailable`), rather than ended as an adapter's fault.
 */
export function executionSecrets(
  ours: () => Promise<string>,
  secretsOf: (organisation: string) => SecretsResolver,
): SecretsResolver {
  return {
    async resolve(name) {
      let organisation: string;
      try {
        organisation = await ours();
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        throw new ActionError(
          {
            code: 'adapter_unavailable',
            status: 503,
            message: `The secret ${name} can't be read now: whose execution this is could not be told.`,
            retryable: true,
            outcome: 'not_sent',
          },
          { cause: error },
        );
      }
      return secretsOf(organisation).resolve(name);
    },
  };
}
