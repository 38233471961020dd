import type { Settings } from './from-manifest/settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings for adapters out of an environment (given by a composition root). Names that sound like secrets are not given out: those are `$secrets`. */
export function settingsFromEnv(env: Environment): Settings {
  return (name) => (/SECRET|PASSWORD|TOKEN|PRIVATE|CREDENTIAL|DATABASE|_KEY$/i.test(name) ? undefined : env[name]);
}

/** What the environment holds for adapters, whoever describes them. */
const PREFIX = 'WEIR_ADAPTER_';

/**
 * Settings for adapters that administrators of organisations describe: what is meant for them by its name, `WEIR_ADAPTER_…`, or is in
 * `allowed`. The rest of the environment is the operator's, and none of an organisation's business: nothing of it is given out.
 */
export function describedSettingsFromEnv(env: Environment, allowed: readonly string[]): Settings {
  const settings = settingsFromEnv(env);
  return (name) => (name.startsWith(PREFIX) || allowed.includes(name) ? settings(name) : undefined);
}
