import { ActionError } from '../../adapters/action-error.ts';

/** Where secrets come from. Rejects with ActionError `secret_not_found`. Values are read anew for each call, so that rotation needs no restart. */
export interface SecretsResolver {
  resolve(name: string): Promise<string>;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Asks sources in order; the first that knows the name wins. */
export function createSecretsResolver(
  sources: readonly ((name: string) => Promise<string | undefined>)[],
): SecretsResolver {
  return {
    async resolve(name) {
      if (NAME.test(name)) {
        for (const source of sources) {
          const value = await source(name);
          if (value !== undefined && value !== '') return value;
        }
      }
      throw new ActionError({
        code: 'secret_not_found',
        message: `There is no secret named ${NAME.test(name) ? name : '(not a valid name)'}.`,
        outcome: 'not_sent',
      });
    },
  };
}
