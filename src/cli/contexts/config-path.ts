import { isAbsolute, join } from 'node:path';
import type { CliIo } from '../io.ts';

/**
 * Where contexts are kept: `$XDG_CONFIG_HOME/weir/config.json`, else under `.config` of the home folder (`APPDATA` on Windows).
 * Null when the environment names no home. As the XDG specification asks, a relative XDG_CONFIG_HOME is ignored.
 */
export function configPath({ env }: Pick<CliIo, 'env'>): string | null {
  const xdg = env['XDG_CONFIG_HOME'];
  if (xdg && isAbsolute(xdg)) return join(xdg, 'weir', 'config.json');
  if (env['APPDATA']) return join(env['APPDATA'], 'weir', 'config.json');
  return env['HOME'] ? join(env['HOME'], '.config', 'weir', 'config.json') : null;
}
