import { join } from 'node:path';
import { envSecrets, fileSecrets } from '../activities/secrets/local-sources.ts';
import { createSecretsResolver, type SecretsResolver } from '../activities/secrets/secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The first organisation: its secrets are named as those of an installation that has only one. */
const FIRST = 'default';

/**
 * Secrets by organisation; none can name another's. Those of `default` are `WEIR_SECRET_<NAME>` and `<folder>/<NAME>`; those of another
 * `WEIR_ORG_SECRET_<ORGANISATION>__<NAME>` (capitals, `-` as `_`; not where its name has `--`) and `<folder>/.organisations/<organisation>/<NAME>`.
 */
export function organisationSecrets(
  env: Environment,
  folder: string | undefined,
): (organisation: string) => SecretsResolver {
  const known = new Map<string, SecretsResolver>();
  return (organisation) => {
    const found = known.get(organisation) ?? createSecretsResolver(sourcesOf(organisation, env, folder));
    known.set(organisation, found);
    return found;
  };
}

function sourcesOf(organisation: string, env: Environment, folder: string | undefined) {
  if (organisation === FIRST) return [envSecrets(env), ...(folder === undefined ? [] : [fileSecrets(folder)])];
  const prefix = `WEIR_ORG_SECRET_${organisation.toUpperCase().replaceAll('-', '_')}__`;
  return [
    // `a--b` would be reached by `a` with the name `B__…`.
    async (name: string) => (organisation.includes('--') ? undefined : env[`${prefix}${name}`]),
    ...(folder === undefined ? [] : [fileSecrets(join(folder, '.organisations', organisation))]),
  ];
}
