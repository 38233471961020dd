import type { Settings } from './from-manifest/settings.ts';

/** Settings for adapters out of an environment (given by a composition root). Names that sound like secrets are not given out: those are `$secrets`. */
export function settingsFromEnv(env: Readonly<Record<string, string | undefined>>): Settings {
  return (name) => (/SECRET|PASSWORD|TOKEN|PRIVATE|CREDENTIAL|DATABASE|_KEY$/i.test(name) ? undefined : env[name]);
}
